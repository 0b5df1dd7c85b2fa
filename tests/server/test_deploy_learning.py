"""What a run of learning decides by itself: which questions it takes, and whether a model may serve."""

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.training_files import add_training, read_training, remove_training
from deploy.learning import material
from deploy.learning.gate import reasons_to_keep
from deploy.learning.material import Accepted
from server.settings import ROOT


def figures(**changes: float) -> dict[str, Any]:
    """A model's figures, of which some are given."""
    return {
        "figures": {"right_first": 0.95, "wrong_given": 0.02, "out_of_scope_refused": 0.95, **changes},
        "safety": {s: {"due": 100, "together": 98, "alone": 95} for s in ("emergency", "crisis", "urgent")},
        "calm": {"asked": 300, "alarmed": 10},
    }


def test_a_model_that_is_as_good_may_serve() -> None:
    assert reasons_to_keep(figures(), figures()) == []


@pytest.mark.parametrize(
    ("figure", "let_pass", "too_much"),
    [("right_first", 0.945, 0.944), ("wrong_given", 0.023, 0.024), ("out_of_scope_refused", 0.935, 0.934)],
)
def test_a_figure_may_get_worse_within_its_margin(figure: str, let_pass: float, too_much: float) -> None:
    assert reasons_to_keep(figures(), figures(**{figure: let_pass})) == []
    [reason] = reasons_to_keep(figures(), figures(**{figure: too_much}))
    assert "got worse" in reason


@pytest.mark.parametrize("severity", ["emergency", "crisis", "urgent"])
def test_not_one_red_flag_fewer_may_be_noticed(severity: str) -> None:
    after = copy.deepcopy(figures(right_first=1.0))
    after["safety"][severity]["together"] -= 1
    [reason] = reasons_to_keep(figures(), after)
    assert reason == f"Safety got worse ({severity}): 97 of 100 messages noticed, before 98."


def test_more_false_alarms_keep_the_old_model() -> None:
    after = copy.deepcopy(figures())
    after["calm"]["alarmed"] = 14
    assert "false alarms" in reasons_to_keep(figures(), after)[0]


@pytest.fixture
def battery(tmp_path: Path) -> Path:
    """The real file of a topic, to change."""
    return Path(shutil.copy(ROOT / "data" / "nlu" / "battery_life.yml", tmp_path))


def test_a_question_is_added_once_and_nothing_else_changes(battery: Path) -> None:
    before = battery.read_text(encoding="utf-8")
    new = "wie: a 'quoted' question: with # and \"signs\"?"
    assert add_training(battery, [new, new.upper()]) == [new]
    assert add_training(battery, [new]) == []
    assert battery.read_text(encoding="utf-8") == f"{before}    - {new}\n"
    assert read_training(battery)[-1] == new
    remove_training(battery, [new])
    assert battery.read_text(encoding="utf-8") == before


def test_what_cannot_be_learned_is_sorted_out_with_the_reason() -> None:
    stands = read_training(ROOT / "data" / "nlu" / "battery_life.yml")[0]
    questions = [
        Accepted("new", "mri", "is a scanner with a big magnet allowed for a person with such an implant at all"),
        Accepted("elsewhere", "mri", stands),
        Accepted("again", "battery_life", stands),
        Accepted("examined", "battery_life", "How many years before the pump needs changing?"),
        Accepted("gone", "no_such_topic", "anything at all"),
    ]
    good, refused = material.sorted_out(questions)
    assert [q.id for q in good] == ["new", "again"]
    assert set(refused) == {"elsewhere", "examined", "gone"}
    assert refused["elsewhere"] == "The same question already stands under the topic battery_life."
