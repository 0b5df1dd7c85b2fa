"""The staff teach the bot in a real browser, with the real three processes, and go back to the model before.

With UPDATE_SCREENSHOTS=1 the pictures become those of the docs.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from running import running
from small_project import WEAK, SmallProject

from bot.training_files import read_training

pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")

from console.desk import CHROMIUM, Desk, desk_at
from console.hiring import NURSE, nurse_signs_in
from console.visitors import asked

TITLE = "Travel, flying and security"
VISITORS = 60
TAUGHT_WITHIN_SECONDS = 400
TAKEN_WITHIN_SECONDS = 60

pytestmark = pytest.mark.skipif(
    not CHROMIUM.is_file(), reason=f"there is no {CHROMIUM}; install Chromium or set CHROMIUM"
)


@contextmanager
def opened(project: SmallProject, folder: Path) -> Iterator[tuple[httpx.Client, Desk]]:
    """The copy's three processes: visitors come, and a nurse has signed in."""
    with running(folder, project.root) as pumptalk, pumptalk.client() as visitors, desk_at(pumptalk.url) as desk:
        nurse_signs_in(pumptalk, desk)
        yield visitors, desk


def test_staff_teach_the_bot_and_go_back(project: SmallProject, tmp_path: Path) -> None:
    before = project.weak_file.read_bytes()
    with opened(project, tmp_path) as (visitors, desk):
        answers = {text: asked(visitors, text) for text in project.held_out[:VISITORS]}
        question, first = next((t, a) for t, a in reversed(answers.items()) if a["topics"][:1] != [WEAK])

        correct(desk, question)
        correct_groups(desk)
        accept(desk)
        new, old = teach(desk, visitors)
        assert project.model == new
        assert question in read_training(project.weak_file)
        later = answered_by_another(visitors, question, first["model"])
        assert later["topics"][:1] == [WEAK], "what was taught is known"
        look_at_models(desk, new)

        go_back(desk)
        assert project.model == old
        assert project.weak_file.read_bytes() == before
        assert answered_by_another(visitors, question, later["model"])["topics"] == first["topics"]
        look_back(desk)


def correct(desk: Desk, question: str) -> None:
    """Open the conversation and say what would have been right."""
    desk.go("Conversations")
    desk.follow(question)
    desk.type("Right would be", TITLE)
    desk.press("Wrong")
    desk.sees("Proposed as a training question")


def correct_groups(desk: Desk) -> None:
    """Give the right topic to all that the bot could not answer, a group at a time."""
    desk.go("Teaching")
    desk.turn_to("Not answered")
    desk.looks_again_for("people asked:")
    desk.check("unanswered")
    groups = desk.page.locator("section.card")
    while groups.count():
        groups.first.get_by_label("Right topic of those ticked").fill(TITLE)
        desk.press("Propose", within=groups.first)


def accept(desk: Desk) -> None:
    """Accept all that is proposed."""
    desk.turn_to("Proposed questions")
    desk.tick("Choose all")
    desk.press("Accept those chosen")
    desk.sees("The bot learns them when it is taught next.")


def teach(desk: Desk, visitors: httpx.Client) -> tuple[str, str]:
    """Press the button, watch, and read what came of it: the names of the new model and of the one before."""
    desk.turn_to("Teach the bot")
    desk.press("Teach the bot now")
    desk.sees("Running")
    desk.sees("step 3 of 6, training", within_seconds=60)
    desk.picture("learning-run", tallest=400)
    assert asked(visitors, "How long does the battery last?")["kind"] == "answer", "visitors notice nothing"
    desk.sees("examining the new model", within_seconds=TAUGHT_WITHIN_SECONDS)
    desk.sees("; took ", within_seconds=TAUGHT_WITHIN_SECONDS)
    desk.sees("New model in use")
    row = desk.page.get_by_role("row").filter(has=desk.page.get_by_role("rowheader", name=TITLE))
    assert "better" in row.inner_text()
    desk.picture("learning-report", tallest=1400)
    names = re.search(r"New model: (\S+)\. Before: (\S+)\.", desk.page.locator("main").inner_text())
    assert names
    return names[1], names[2]


def look_at_models(desk: Desk, new: str) -> None:
    """The page names the model that really answers, and the way back."""
    desk.turn_to("Teach the bot")
    desk.sees(f"The last answer to a visitor came from {new}.")
    desk.picture("models")


def go_back(desk: Desk) -> None:
    """One click."""
    desk.press("Back to the model before")
    desk.sees("Model before in use again", within_seconds=TAKEN_WITHIN_SECONDS)


def look_back(desk: Desk) -> None:
    """What was learned waits for another look, and the trail knows who did it."""
    desk.turn_to("Teach the bot")
    desk.sees("Gone back from")
    desk.turn_to("Proposed questions")
    desk.sees("Set apart")
    desk.go("Trail")
    for deed in ("judged", "accepted questions", "started teaching", "went back a model"):
        desk.sees_entry(NURSE, deed)


def answered_by_another(visitors: httpx.Client, question: str, before: str) -> dict:
    """Ask until another model than before answers; what stands beside its reply. Every turn meanwhile is answered."""
    deadline = time.monotonic() + TAKEN_WITHIN_SECONDS
    while time.monotonic() < deadline:
        found = asked(visitors, question)
        if found["model"] != before:
            return found
    raise AssertionError("the bot did not take the other model")
