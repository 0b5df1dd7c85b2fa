import pytest
import spacy
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.question_splitter import QuestionSplitter, segments_of, split

SPLITTER = QuestionSplitter(spacy.blank("en"))


def processed(text: str) -> Message:
    return SPLITTER.process([Message({TEXT: text})])[0]


def segment_texts(text: str) -> "list[str]":
    return [text[s.start : s.end] for s in segments_of(processed(text))]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("How long is the trial? And does it hurt?", ["How long is the trial?", "And does it hurt?"]),
        ("how big is it where does it go", ["how big is it", "where does it go"]),
        ("is it loud and does it show", ["is it loud and", "does it show"]),
        ("I have a pump. How often is it filled?", ["I have a pump.", "How often is it filled?"]),
        ("Two things: how long is it, do I stay in?", ["Two things:", "how long is it,", "do I stay in?"]),
        ("golf? and can I drive", ["golf?", "and can I drive"]),
        ("where are you, my dad has chest pain", ["where are you,", "my dad has chest pain"]),
    ],
)
def test_sentences_and_questions_come_apart(text: str, segments: list[str]) -> None:
    assert segment_texts(text) == segments


@pytest.mark.parametrize(
    "text",
    [
        "I have fever, chills, a stiff neck and a bad headache",
        "do you know how long it lasts",
        "tell me how it works",
        "is it normal to be sore where the pump sits",
        "do you keep what I type here",
        "How does it work? Thanks!",
        "mri",
        "?!",
        "",
    ],
)
def test_one_thing_stays_in_one_piece(text: str) -> None:
    assert segments_of(processed(text)) == []


def test_a_statement_beside_a_question_does_not_ask() -> None:
    assert [s.asks for s in segments_of(processed("where are you, my dad has chest pain"))] == [True, False]
    assert [s.asks for s in segments_of(processed("I have a pump. I wonder about the mri."))] == [False, True]


def test_the_number_of_segments_is_bounded() -> None:
    text = "how long is it? " * 40
    assert len(split(spacy.blank("en")(text))) == 40
    assert segment_texts(text) == ["how long is it?"] * 8
