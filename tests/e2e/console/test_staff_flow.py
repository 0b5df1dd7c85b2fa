"""One day of the console: from the first administrator to the trail, with the real bot and in a real browser."""

import csv
import json
from collections.abc import Iterator
from io import StringIO

import pytest
from running import PumpTalk

pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")

from console.desk import CHROMIUM, SCREEN, Desk, desk_at
from console.hiring import NURSE, nurse_signs_in
from console.visitors import HOSTILE_AS_KEPT, MISUNDERSTOOD, QUESTION, RED_FLAG, visitors_talk

REVIEW_WITHIN_CLICKS = 6
DEEDS = "opened, reviewed, judged, accepted questions, signed off, handled red flag, exported, erased".split(", ")
# Typed by somebody who copied it from the visitor.
FORMULA = '=HYPERLINK("http://evil.example") and a script; nobody needs it'

pytestmark = pytest.mark.skipif(
    not CHROMIUM.is_file(), reason=f"there is no {CHROMIUM}; install Chromium or set CHROMIUM"
)


@pytest.fixture
def desk(pumptalk: PumpTalk) -> Iterator[Desk]:
    """A browser at the console."""
    with desk_at(pumptalk.url) as desk:
        yield desk


def test_a_day_of_the_staff(pumptalk: PumpTalk, desk: Desk) -> None:
    visitors_talk(pumptalk)
    nurse_signs_in(pumptalk, desk)

    review_first(desk)
    correct(desk)
    sign_off(desk)
    handle_red_flag(desk)
    export_and_erase_hostile(desk)
    look_at_analytics(desk)
    check_trail(desk)


def review_first(desk: Desk) -> None:
    """Search for a word, open what is found, and mark it as reviewed, in few clicks."""
    desk.sees(QUESTION)
    desk.sees("<script>alert")
    desk.picture("conversations")
    desk.press("Keyboard shortcuts (?)")
    desk.picture("conversations-keys", tallest=SCREEN["height"])
    desk.press("Close")
    desk.clicks = 0
    desk.type("Words of the visitor or the bot", "splashing")
    desk.press("Search")
    desk.sees_not(QUESTION)
    desk.picture("conversations-filtered")
    desk.follow(MISUNDERSTOOD)
    desk.press("Mark as reviewed")
    desk.sees("Marked as reviewed.")
    print(f"clicks from signed in to the first reviewed conversation: {desk.clicks}")
    assert desk.clicks <= REVIEW_WITHIN_CLICKS


def correct(desk: Desk) -> None:
    """Say what would have been right, and accept it as a manager."""
    desk.type("Right would be", "Sport, work and daily life")
    desk.press("Wrong")
    desk.sees("Proposed as a training question")
    desk.picture("judging", tallest=1150)
    desk.go("Teaching")
    desk.picture("teaching")
    desk.tick(f"Choose: {MISUNDERSTOOD}")
    desk.press("Accept those chosen")
    desk.sees("1 accepted.")
    desk.sees("Accepted, not learned yet: 1")


def sign_off(desk: Desk) -> None:
    """Sign an answer off as a clinician."""
    desk.go("Answers")
    desk.check("answers")
    desk.follow("How long the battery lasts")
    desk.press("Sign this text off")
    desk.sees("Sam Roe approved this text")
    desk.picture("sign-off")


def handle_red_flag(desk: Desk) -> None:
    """Open the red flag, and write down what was done."""
    desk.go("Red flags")
    desk.sees("not seen yet")
    desk.picture("red-flags")
    desk.follow("Very sleepy or slow breathing")
    desk.sees(RED_FLAG)
    desk.picture("conversation")
    desk.type("What was done", "Called the daughter: the ambulance was there in time.")
    desk.press("Mark as handled")
    desk.sees("The red flag is marked as handled.")
    desk.go("Red flags")
    desk.sees("Nobody waits.")
    desk.picture("red-flags-handled")


def export_and_erase_hostile(desk: Desk) -> None:
    """Keep what the hostile visitor wrote as a file, to the letter, and erase it."""
    desk.go("Conversations")
    desk.follow("<script>alert")
    desk.sees(HOSTILE_AS_KEPT)
    desk.check("hostile")
    turns = json.loads(desk.takes_along("As JSON"))["turns"]
    assert [turn["question"] for turn in turns] == [None, HOSTILE_AS_KEPT]
    desk.unfold("Erase this conversation")
    desk.type("Why", FORMULA)
    desk.press("Erase for good")
    desk.sees("The conversation is erased.")
    desk.sees_not("<script>alert")


def look_at_analytics(desk: Desk) -> None:
    """Today's questions are counted."""
    desk.go("Analytics")
    desk.sees("Conversations and questions by day")
    desk.check("analytics")


def check_trail(desk: Desk) -> None:
    """All of it stands in the trail, which nobody has altered, and which is no formula to a spreadsheet."""
    desk.go("Trail")
    for deed in DEEDS:
        desk.sees_entry(NURSE, deed)
    desk.sees(FORMULA)
    desk.press("Check that nothing was altered")
    desk.sees("Checked: every entry is as it was written, and none is missing.")
    desk.picture("trail")
    rows = csv.DictReader(StringIO(desk.takes_along("Export as CSV")))
    assert [row["reason"] for row in rows if row["action"] == "erased"] == ["'" + FORMULA]
