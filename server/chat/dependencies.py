"""What the routes need from the composition root.

All are coroutines: FastAPI runs a plain function in a thread of its pool, which takes longer than what these do.
"""

import re
from typing import Annotated

from fastapi import Depends, Path, Request

from server.chat.content import Content
from server.chat.doorway import Doorway
from server.chat.rasa_chat import RasaChat
from server.chat.service import ChatService
from server.edge.addresses import limited_address
from server.errors import NotAuthenticatedError
from server.signoff.gate import withheld_topics

_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]+) *")


async def chat_service(request: Request) -> ChatService:
    """The service that takes turns."""
    service: ChatService = request.app.state.chat
    return service


async def content(request: Request) -> Content:
    """The content as it is shown."""
    loaded: Content = request.app.state.content
    return loaded


async def doorway(request: Request) -> Doorway:
    """The door that new conversations and messages come in by."""
    door: Doorway = request.app.state.door
    return door


async def address(request: Request) -> str:
    """The client's address as limits count it."""
    return limited_address(request.scope)


async def rasa_chat(request: Request) -> RasaChat:
    """Chatting by Rasa's protocols."""
    chat: RasaChat = request.app.state.rasa_chat
    return chat


Withheld = Annotated[frozenset[str], Depends(withheld_topics)]
Address = Annotated[str, Depends(address)]
Door = Annotated[Doorway, Depends(doorway)]
Rasa = Annotated[RasaChat, Depends(rasa_chat)]
Chat = Annotated[ChatService, Depends(chat_service)]
Shown = Annotated[Content, Depends(content)]


async def bearer_token(request: Request) -> str:
    """The token of the request. Raises NotAuthenticatedError if it is absent or in another form."""
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise NotAuthenticatedError("Send the conversation's token as `Authorization: Bearer <token>`.")
    return match.group(1)


async def own_conversation(
    conversation_id: Annotated[str, Path()], chat: Chat, token: Annotated[str, Depends(bearer_token)]
) -> str:
    """The id of a conversation that the caller holds the token of."""
    await chat.authorise(conversation_id, token)
    return conversation_id


OwnConversation = Annotated[str, Depends(own_conversation)]
