"""Which sentences say that help is on the way, and what is left of the message without them."""

from pathlib import Path

import pytest

from knowledge import ContentError
from server.safety.aftercare import QUIET, HelpComing, Watch, load_help_coming

DATA = Path(__file__).resolve().parents[2] / "data" / "safety"


@pytest.fixture(scope="module")
def help_coming() -> HelpComing:
    return load_help_coming(DATA)


@pytest.mark.parametrize(
    "text",
    [
        "The ambulance is on its way.",
        "ambulance on the way",
        "AMBULANCE IS HERE NOW!",
        "I've called them",
        "I’ve called them",
        "They’re here",
        "i called 911",
        "my daughter is driving me to the er",
        "I rang the doctor, they want me in",
        "we are in A&E now",
        "I am talking with the crisis line",
        "I phoned.\nThe paramedics are with him!",
    ],
)
def test_help_is_on_its_way(help_coming: HelpComing, text: str) -> None:
    assert help_coming.rest(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ... ",
        "ok thanks",
        "How long does the battery last?",
        "Is the ambulance coming?",
        "should I call an ambulance",
        "do we go to the hospital or phone the doctor",
        "I haven't called the ambulance",
        "I haven’t called the ambulance",
        "I can't call 911",
        "I won’t have an ambulance called",
        "I called 911 but nobody answered",
        "he refuses to go in the ambulance",
        "what do I say when the ambulance is here",
        "there is a doctor in my family",
    ],
)
def test_no_help_is_on_its_way(help_coming: HelpComing, text: str) -> None:
    assert help_coming.rest(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("The ambulance is on its way. How long does it last?", "How long does it last?"),
        ("Thank you. I called 911. Can he drink?", "Thank you. Can he drink?"),
        ("what should I bring?\nambulance is here", "what should I bring?"),
        ("They are here! Should I call the clinic?", "Should I call the clinic?"),
    ],
)
def test_the_rest_of_the_message_is_kept(help_coming: HelpComing, text: str, rest: str) -> None:
    assert help_coming.rest(text) == rest


def test_a_word_inside_another_is_not_that_word(help_coming: HelpComing) -> None:
    assert help_coming.rest("the doctorate is coming along") is None


def test_a_watch_reminds_twice() -> None:
    once = Watch("emergency_general").reminded()
    assert once == Watch("emergency_general", 1)
    assert once.reminded() == QUIET


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "the file is missing"),
        ("helpers: [ambulance", "not readable as YAML"),
        ("helpers: [a]\ncoming: [b]\nenough: []", "not_yet: is missing"),
        ("helpers: [911]\ncoming: [b]\nenough: []\nnot_yet: []", "helpers: must be a list of texts"),
        ("helpers: [a]\ncoming: [b]\nenough: []\nnot_yet: []\nsoon: []", "soon"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str | None, complaint: str) -> None:
    if content is not None:
        (tmp_path / "help_coming.yml").write_text(content, encoding="utf-8")
    with pytest.raises(ContentError, match=complaint) as raised:
        load_help_coming(tmp_path)
    assert raised.value.path.name == "help_coming.yml"
