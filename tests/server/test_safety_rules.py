"""The red flags, by example: what raises one, what takes it out again, and what wrong data says."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml

from knowledge import ContentError
from server.safety import RedFlagReader, load_rules
from server.safety.rules import TOPICS

DATA = Path(__file__).resolve().parents[2] / "data" / "safety"


@pytest.fixture(scope="module")
def reader() -> RedFlagReader:
    return RedFlagReader(load_rules(DATA))


def topics(reader: RedFlagReader, text: str) -> list[str]:
    return [flag.topic for flag in reader.read(text).flags]


RAISED = {
    "crisis_self_harm": [
        "i want to die",
        "my husband says he is going to kill himself",
        "there is no reason to live any more",
        "everyone would be better off without me",
        "my son took all his pills on purpose",
        "if the trial fails I will end my life",
        "me quiero morir",
    ],
    "emergency_overdose": [
        "I can't wake my husband, his pump was filled this morning",
        "she is breathing very slowly",
        "his lips have gone blue",
        "the nurse gave me the wrong dose and I am so sleepy",
        "mi padre no respira",
    ],
    "emergency_withdrawal": [
        "the pump ran out and I am shaking",
        "he is sweating and itching all over since last night",
        "her spasms are back worse than before",
        "my daughter is having a seizure",
    ],
    "emergency_infection": [
        "there is pus coming out of the cut",
        "I have a fever since the operation",
        "my wound is red and hot",
        "his neck is so stiff that he can't look down",
    ],
    "emergency_neurological": [
        "I can't feel my legs",
        "his foot has gone numb since this morning",
        "she lost control of her bladder today",
        "my knees keep buckling",
    ],
    "emergency_leak_headache": [
        "terrible headache when I sit up, it goes away when I lie flat",
        "clear fluid is dripping from the wound on my back",
    ],
    "emergency_device": [
        "the pump has a two-tone alarm",
        "my pump keeps beeping and won't stop",
        "I fell on my pump",
        "the pump has flipped over",
        "my refill is two weeks late and I feel ill",
    ],
    "emergency_general": [
        "crushing chest pain",
        "her face is drooping and her words are slurred",
        "his tongue is swelling up",
        "I can't breathe",
        "the bleeding won't stop",
        "dolor de pecho",
    ],
    "personal_medical_advice": [
        "should I stop my warfarin",
        "can I take two oxycodone tonight",
        "is it ok if I skip my metformin",
        "would you double the dose if you were me",
    ],
}


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in RAISED.items() for text in texts])
def test_a_danger_raises_its_flag(reader: RedFlagReader, topic: str, text: str) -> None:
    assert topic in topics(reader, text)


@pytest.mark.parametrize(
    "text",
    [
        # general questions and feared or possible things
        "is infection common?",
        "what are the signs of an overdose",
        "could it make me stop breathing",
        "I'm scared of going numb",
        "what if I can't feel my legs after it",
        "what should I do if I get a fever after the operation",
        "is weakness in the legs a known complication",
        # negated
        "no fever, no redness, when may I shower",
        "my wound isn't red or swollen",
        "I am not suicidal",
        "he isn't hard to wake",
        # past, or so for years
        "I have sleep apnea and stop breathing at night, is the pump safe",
        "my father had a stroke ten years ago",
        "I have been paralysed since birth",
        "I used to have seizures as a child",
        # the borders
        "my pump beeped once",
        "how long can I wait for a refill",
        "I have a mild headache",
        "the cut is a bit sore",
        "do they numb the skin with a numbing cream",
        "I'm dying to know how it works",
        "my back pain is killing me",
        "the battery of my phone is dead",
        "I am sick of waiting",
        "I want to end it with my insurance company",
        "I'd be glad if you would call me",
        # no personal decision about a medicine
        "which medicines do people stop before surgery?",
        "I am on warfarin, does that matter?",
    ],
)
def test_a_calm_message_raises_nothing(reader: RedFlagReader, text: str) -> None:
    assert topics(reader, text) == []


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        # a negation that is part of the danger
        ("she won't wake up", "emergency_overdose"),
        ("I cannot move my legs", "emergency_neurological"),
        # a question about what is happening now
        ("is it normal that my legs are numb since this morning?", "emergency_neurological"),
        ("wondering if I should worry, he is hard to wake", "emergency_overdose"),
        # calm in one clause, danger in the other
        ("no fever, but my legs are numb", "emergency_neurological"),
        ("I had a stroke ten years ago and now my face is drooping", "emergency_general"),
        ("is infection common? there is pus on my dressing", "emergency_infection"),
        # questions about the thing in general, and then how somebody is
        ("how long does it last, and mum won't wake up", "emergency_overdose"),
        # past, and going on
        ("since last night I have a fever, my pump was put in last week", "emergency_infection"),
    ],
)
def test_what_is_happening_now_is_raised_beside_calm_words(reader: RedFlagReader, text: str, topic: str) -> None:
    assert topic in topics(reader, text)


@pytest.mark.parametrize(
    "text",
    [
        "he cant breath",
        "HE CAN'T BREATHE",
        "hes strugling to breathe",
        "he can’t breathe",
        "cantbreathe",
        "vommiting blood",
    ],
)
def test_spelling_of_people_in_a_hurry(reader: RedFlagReader, text: str) -> None:
    assert "emergency_general" in topics(reader, text)


def test_english_words_are_not_mended_into_danger(reader: RedFlagReader) -> None:
    assert topics(reader, "he can't stop walking, talking and baking") == []


def test_flags_stand_in_the_catalogues_order(reader: RedFlagReader) -> None:
    text = "Should I stop my warfarin? I have chest pain. I can't feel my legs. I want to die."
    assert topics(reader, text) == [
        "crisis_self_harm",
        "emergency_neurological",
        "emergency_general",
        "personal_medical_advice",
    ]
    assert topics(reader, text) == [topic for topic in TOPICS if topic in topics(reader, text)]


def test_a_flag_spans_the_clauses_that_raised_it(reader: RedFlagReader) -> None:
    text = "Thank you for the leaflet. He can't wake up. What does it cost?"
    [flag] = reader.read(text).flags
    assert text[flag.start : flag.end] == "He can't wake up."


def test_calm_tells_denied_danger_from_no_danger(reader: RedFlagReader) -> None:
    assert reader.read("what are the signs of an overdose, is it slow breathing?").calm
    assert not reader.read("what does the pump cost?").calm
    assert not reader.read("I have chest pain").calm


def test_nothing_is_read_from_nothing(reader: RedFlagReader) -> None:
    for text in ("", "   ", "?!", "\n"):
        assert reader.read(text).flags == ()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "safety"))


def change(path: Path, edit: Callable[[Any], None]) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "edit", "complaint"),
    [
        ("emergency_device.yml", lambda d: d["rules"].append({"any": ["alram"]}), "no such group in words.yml: alram"),
        ("emergency_device.yml", lambda d: d["rules"][0].update(unles=["pump"]), "unknown keys: unles"),
        ("emergency_device.yml", lambda d: d["rules"][0].update(all=["pump"]), "needs exactly one of"),
        ("emergency_device.yml", lambda d: d["rules"][0].update(within="near"), "must be a whole number"),
        ("emergency_device.yml", lambda d: d.update(doubts=["denied"]), "unknown: denied"),
        ("words.yml", lambda d: d.update(spare=["something"]), "no rule uses spare"),
        ("context.yml", lambda d: d.pop("negation"), "must have exactly the lists"),
        ("spelling.yml", lambda d: d["means"].update(tmrw=1), "tmrw: must be a text"),
    ],
)
def test_wrong_data_is_named_with_its_file(copy: Path, file: str, edit: Callable[[Any], None], complaint: str) -> None:
    change(copy / file, edit)
    with pytest.raises(ContentError, match=complaint) as raised:
        load_rules(copy)
    assert raised.value.path.name == file


@pytest.mark.parametrize("file", ["words.yml", "context.yml", "spelling.yml", *(f"{topic}.yml" for topic in TOPICS)])
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(ContentError, match="the file is missing") as raised:
        load_rules(copy)
    assert raised.value.path.name == file


def calls(reader: RedFlagReader, text: str) -> int:
    """How many functions a reading calls, in Python and in C: work, whatever the machine does beside it."""
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        reader.read(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "cannot ",
        "wake cannot ",
        "no fever red wound ",
        "if head pain upright ",
        "sweat shake itch rigid ",
        "he is hard to wake. ",
        "brething ",
        "x",
        "(",
        "'",
        "a-",
        "\n",
    ],
)
def test_the_work_grows_with_the_message_and_no_faster(reader: RedFlagReader, piece: str) -> None:
    short, long = (piece * (n // len(piece)) for n in (2_500, 10_000))
    calls(reader, long)  # words met for the first time cost more
    assert calls(reader, long) < 6 * calls(reader, short) + 1_000
