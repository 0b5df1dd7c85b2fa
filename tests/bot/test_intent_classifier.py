"""Splitter, encoder and classifier together, as config.yml lines them up, trained on a handful of questions."""

from collections.abc import Callable
from typing import Any

import pytest
import spacy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import TopicClassifier
from bot.components.question_splitter import QuestionSplitter
from bot.components.sentence_encoder import SentenceEncoder

QUESTIONS = {
    "battery_life": (
        "how long does the battery last|battery life in years|when is the battery empty|does the battery need charging|"
        "how many years of battery|the battery"
    ),
    "mri": (
        "can I have an mri scan|is an mri safe with it|mri and the device|magnet scans|"
        "do I tell the mri people|an mri of my knee"
    ),
    "emergency_device": (
        "my device is beeping loudly|the alarm sounds and will not stop|it beeps|the alarm went off now|"
        "loud beeping from my belly|alarm all night"
    ),
    "out_of_scope": (
        "what is the weather|who won the match|a recipe for soup|sing me a song|tell me a joke|is it raining"
    ),
    "followup_how_long": (
        "and how long|how long does that take|how long for|for how long then|how long is that|and how long does it take"
    ),
    "followup_why": "why|why is that|but why|how come|why so|and why is that so",
}
Understand = Callable[..., Message]
ENCODER = SentenceEncoder(SentenceEncoder.get_default_config())
SPLITTER = QuestionSplitter(spacy.blank("en"))
PLACE = (Resource("topics"), ExecutionContext(GraphSchema({})))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    """The storage in which a trained classifier lies."""
    storage = LocalModelStorage(tmp_path_factory.mktemp("model"))
    encoded = ENCODER.process_training_data(
        TrainingData([Message({TEXT: t, INTENT: intent}) for intent, ts in QUESTIONS.items() for t in ts.split("|")])
    )
    TopicClassifier.create(TopicClassifier.get_default_config(), storage, *PLACE).train(encoded)
    return storage


@pytest.fixture
def understand(model: LocalModelStorage) -> Understand:
    """Puts a text with metadata through the components; `config` changes the classifier's."""

    def process(text: str, config: "dict[str, float] | None" = None, **metadata: Any) -> Message:
        classifier = TopicClassifier.load({**TopicClassifier.get_default_config(), **(config or {})}, model, *PLACE)
        messages = SPLITTER.process([Message({TEXT: text, "metadata": metadata})])
        return classifier.process(ENCODER.process(messages))[0]

    return process


def test_a_follow_up_has_its_kind_and_the_intent_of_a_topic(understand: Understand) -> None:
    message = understand("and how long does that take")
    (part,) = message.get("understanding")["parts"]
    assert part["follow_up"] == "followup_how_long"
    assert part["follow_up_confidence"] > 0.5
    named = {ranked["name"] for ranked in message.get("intent_ranking")} | {name for name, _ in part["ranking"]}
    assert named == {"battery_life", "mri", "emergency_device", "out_of_scope"}
    assert message.get(INTENT) == message.get("intent_ranking")[0]


def test_a_question_of_its_own_is_no_follow_up(understand: Understand) -> None:
    (part,) = understand("is an mri scan safe").get("understanding")["parts"]
    assert (part["topics"], part["follow_up"], part["text"]) == (["mri"], "", "is an mri scan safe")


def test_each_question_of_a_message_is_seen(understand: Understand) -> None:
    parts = understand("Can I have an mri scan? How long does the battery last?").get("understanding")["parts"]
    assert [part["topics"] for part in parts] == [["mri"], ["battery_life"]]


def test_the_flags_of_the_rules_come_with_the_message(understand: Understand) -> None:
    spotted = {"topic": "emergency_device", "start": 24, "end": 39}
    message = understand("Can I have an mri scan? The alarm sounds.", red_flags=[spotted])
    assert [(part["topics"], part["by"]) for part in message.get("understanding")["parts"]] == [
        (["emergency_device"], "rules"),
        (["mri"], ""),
    ]


@pytest.mark.parametrize(
    ("counting", "text", "metadata"),
    [
        (["raise_from"], "what is it when the alarm sounds", {}),
        (["raise_from", "raise_short_from"], "when the alarm sounds", {}),
        (["raise_from", "raise_calm_from"], "what is it when the alarm sounds", {"calm": True}),
        (["raise_from", "raise_short_from", "raise_calm_from"], "when the alarm sounds", {"calm": True}),
    ],
)
def test_the_highest_of_the_thresholds_that_count_decides_on_a_red_flag(
    understand: Understand, counting: "list[str]", text: str, metadata: "dict[str, bool]"
) -> None:
    never = {"raise_from": 1.1, "raise_short_from": 1.1, "raise_calm_from": 1.1}
    low = dict.fromkeys(counting, 0.0)
    for settings, by in [({**never, **low}, "classifier"), *(({**never, **low, name: 1.1}, "") for name in counting)]:
        first, *_ = understand(text, settings, **metadata).get("understanding")["parts"]
        assert first["by"] == by
