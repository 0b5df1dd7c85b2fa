"""`make learn` in a copy of the project, with a stand-in for the training: what changes, when, and what never does."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from small_project import WEAK, SmallProject, small_project

from bot import model_store
from bot.training_files import read_training

FIRST, SECOND, THIRD = (f"2026010{n}-000000-model.tar.gz" for n in (1, 2, 3))
BETTER: Mapping[str, float] = {"right_first": 0.95}
WORSE: Mapping[str, float] = {"right_first": 0.8}
QUESTIONS = ["will the metal detector at the courthouse mind my implant", "boarding a cruise ship, do I show a card"]


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A copy with a first model in use and two accepted questions."""
    project = small_project(tmp_path, trained=False)
    shutil.copy(Path(__file__).with_name("stand_in_trial.py"), project.root / "bot" / "trial.py")
    first = project.root / "models" / FIRST
    first.write_bytes(b"first")
    model_store.record(first)
    model_store.use(first)
    project.accept(QUESTIONS, WEAK)
    return project


def learn(project: SmallProject, name: str = SECOND, exit_code: int = 0, **figures: float) -> str:
    """Learn, with these figures for the new model; what was said."""
    wanted = {"name": name, "new": figures, "exit": exit_code}
    (project.root / "trial.json").write_text(json.dumps(wanted), encoding="utf-8")
    done = project.learn()
    assert done.returncode == (1 if exit_code else 0), done.stdout + done.stderr
    return done.stdout


def states(project: SmallProject) -> set[str]:
    return {lesson.state for lesson in project.lessons()}


def test_a_better_model_takes_the_place_of_the_old_one(project: SmallProject) -> None:
    said = learn(project, **BETTER)
    run = project.latest_run()
    assert (run.state, run.questions, run.model, run.previous_model) == ("promoted", 2, SECOND, FIRST)
    assert project.model == SECOND
    model_store.verify(project.root / "models" / SECOND)
    assert set(QUESTIONS) <= set(read_training(project.weak_file))
    assert QUESTIONS[0].encode() in (project.root / "models" / SECOND).read_bytes(), "it was trained on them"
    assert states(project) == {"taken"}
    assert "training" in said
    assert not list((project.root / "var" / "learning").iterdir()), "what visitors asked is not left on the disk"


def test_what_was_taken_is_not_learned_again(project: SmallProject) -> None:
    learn(project, **BETTER)
    assert "No accepted question" in learn(project, THIRD, **BETTER)
    assert project.model == SECOND


def test_a_worse_model_changes_nothing_and_its_questions_are_set_apart(project: SmallProject) -> None:
    before = project.weak_file.read_bytes()
    learn(project, **WORSE)
    run = project.latest_run()
    assert run.state == "kept"
    assert run.reasons == ["Right topic first got worse: 80.0%, before 90.0%; at most 0.5 points are let pass."]
    assert run.after
    assert (project.model, project.weak_file.read_bytes()) == (FIRST, before)
    assert sorted(p.name for p in (project.root / "models").glob("*.gz")) == [FIRST]
    assert states(project) == {"apart"}


def test_a_training_that_fails_leaves_the_questions_accepted(project: SmallProject) -> None:
    before = project.weak_file.read_bytes()
    learn(project, exit_code=3)
    run = project.latest_run()
    assert run.state == "failed"
    assert "Training failed" in run.reasons[0]
    assert (project.model, project.weak_file.read_bytes(), states(project)) == (FIRST, before, {"accepted"})
    assert "in use" in learn(project, **BETTER), "the next run may begin at once"


def test_the_way_back_goes_step_by_step(project: SmallProject) -> None:
    before = project.weak_file.read_bytes()
    learn(project, **BETTER)
    project.accept(["does the scanner at the library door hurt the pump"], WEAK)
    learn(project, THIRD, **BETTER)
    for expected in (SECOND, FIRST):
        assert project.learn("--back").returncode == 0
        assert project.model == expected
    assert project.weak_file.read_bytes() == before
    assert states(project) == {"apart"}
    nothing = project.learn("--back")
    assert (nothing.returncode, project.model) == (1, FIRST)
    assert "no model before" in nothing.stdout


def test_of_two_runs_at_once_one_is_turned_away(project: SmallProject) -> None:
    (project.root / "trial.json").write_text(json.dumps({"name": SECOND, "new": BETTER}), encoding="utf-8")
    first, second = project.start_learning(), project.start_learning()
    for process in (first, second):
        process.communicate(timeout=120)
    # The later one is turned away, or finds nothing left to learn if the first was that quick.
    assert 0 in (first.returncode, second.returncode)
    assert len([run for run in project.runs() if run.state == "promoted"]) == 1
    assert read_training(project.weak_file).count(QUESTIONS[0]) == 1
