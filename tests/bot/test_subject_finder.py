from collections.abc import Callable

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message

from bot.components.subject_finder import SUBJECTS, SubjectFinder
from knowledge.paths import DATA

Find = Callable[[str], "list[dict[str, object]]"]


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Find:
    """The component as a trained model loads it, with the project's own words."""
    made = (
        SubjectFinder.get_default_config(),
        LocalModelStorage(tmp_path_factory.mktemp("model")),
        Resource("subjects"),
        ExecutionContext(GraphSchema({})),
    )
    SubjectFinder.create(*made).train(RasaYAMLReader().read(str(DATA / "subjects.yml")))
    finder = SubjectFinder.load(*made)
    return lambda text: finder.process([Message({TEXT: text})])[0].get(SUBJECTS)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("How long is the trial, and the refill?", ["trial", "refill"]),
        ("the temporary pump", ["trial"]),  # of words that overlap the longest
        ("does the refil hurt", ["refill"]),
        ("when is the opperation", ["implant"]),
        ("not the trial, the operation", ["implant"]),
        ("not trial but operation", ["implant"]),
        ("anything besides morphine", []),
        ("is it loud", []),
        ("about the catheeter", ["catheter"]),
        ("does cutting in hurt", []),  # "putting in" would have another first letter
        ("a pimp", []),  # a short word with a fault is another word
        ("", []),
    ],
)
def test_subjects(find: Find, text: str, subjects: list[str]) -> None:
    assert [found["subject"] for found in find(text)] == subjects


def test_a_subject_has_its_place(find: Find) -> None:
    assert find("so THE Trial?") == [{"subject": "trial", "start": 7, "end": 12}]
