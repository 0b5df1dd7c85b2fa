"""Who was found to hold a conversation's token lately, so that a message needs no question to the database for it."""

from collections import OrderedDict

# Some hundred bytes each.
_MOST = 10_000


class Holders:
    """Conversations and the hash of their token, the latest ones of this process. A conversation's token never changes.

    One that was erased since is still known here; the store, which looks into the log, finds it gone.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._hashes: OrderedDict[str, str] = OrderedDict()

    def note(self, conversation_id: str, token_hash: str) -> None:
        """Remember a holder."""
        self._hashes[conversation_id] = token_hash
        self._hashes.move_to_end(conversation_id)
        while len(self._hashes) > self._most:
            self._hashes.popitem(last=False)

    def hash_of(self, conversation_id: str) -> str | None:
        """The hash of the conversation's token, if it is remembered."""
        return self._hashes.get(conversation_id)
