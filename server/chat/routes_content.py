"""The native API: what the bot knows, and the clinic."""

from fastapi import APIRouter
from pydantic import BaseModel

from server.chat.content import ClinicPage, TopicPage, TopicSummary
from server.chat.dependencies import Shown, Withheld
from server.errors import NotFoundError, problem_response

router = APIRouter(
    prefix="/api/v1", tags=["content"], responses={"4XX": problem_response("No such topic, or too many requests")}
)


class TopicList(BaseModel):
    """All topics, by id."""

    topics: list[TopicSummary]


@router.get("/topics")
async def list_topics(shown: Shown) -> TopicList:
    """List what the bot can be asked about."""
    return TopicList(topics=[TopicSummary(id=t.id, kind=t.kind, title=t.title) for t in shown.topics.values()])


@router.get("/topics/{topic_id}")
async def read_topic(topic_id: str, shown: Shown, withheld: Withheld) -> TopicPage:
    """Read the whole answer of a topic; whom to call instead, if it waits for a clinician's sign-off."""
    if topic_id not in shown.topics:
        raise NotFoundError("There is no such topic; GET /api/v1/topics lists them all.")
    return shown.unreleased_page(topic_id) if topic_id in withheld else shown.topics[topic_id]


@router.get("/clinic")
async def read_clinic(shown: Shown) -> ClinicPage:
    """Read the clinic's name, numbers, address, opening hours, links and privacy line."""
    return shown.clinic_page
