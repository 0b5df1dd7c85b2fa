"""Real runs of learning in a small copy of the project: trained, examined, promoted or kept, and gone back from."""

from small_project import STRONG, WEAK, SmallProject

from bot.training_files import read_training
from server.settings import ROOT


def figures(project: SmallProject, topic: str) -> tuple[float, float]:
    """Right topic first, before and after the latest run."""
    run = project.latest_run()
    shares = [
        next(row["right_first"] for row in report["topics"] if row["name"] == topic)
        for report in (run.before or {}, run.after or {})
    ]
    return shares[0], shares[1]


def test_the_bot_learns_and_the_better_model_serves(project: SmallProject) -> None:
    before, model = project.weak_file.read_bytes(), project.model
    taught = project.held_out[:40]
    project.accept(taught, WEAK)
    done = project.learn()
    assert done.returncode == 0, done.stdout + done.stderr
    run = project.latest_run()
    assert (run.state, run.questions) == ("promoted", 40), done.stdout
    was, now = figures(project, WEAK)
    assert now > was + 0.2
    assert (project.model, run.previous_model) == (run.model, model)
    assert set(taught) <= set(read_training(project.weak_file))
    assert {lesson.state for lesson in project.lessons()} == {"taken"}
    assert not list((project.root / "var" / "learning").iterdir()), "what visitors asked is not left on the disk"

    again = project.learn()
    assert "No accepted question" in again.stdout, "what was taken is not learned twice"

    back = project.learn("--back")
    assert back.returncode == 0, back.stdout + back.stderr
    assert project.model == model
    assert project.weak_file.read_bytes() == before
    assert {lesson.state for lesson in project.lessons()} == {"apart"}


def test_what_makes_it_worse_is_not_learned(project: SmallProject) -> None:
    """A manager has taken one topic for another, many times."""
    before, model = project.weak_file.read_bytes(), project.model
    project.accept(mistaken(project), WEAK)
    done = project.learn()
    assert done.returncode == 0, done.stdout + done.stderr
    run = project.latest_run()
    assert run.state == "kept", done.stdout
    assert any("got worse" in reason for reason in run.reasons)
    assert project.weak_file.read_bytes() == before
    assert project.model == model
    assert {lesson.state for lesson in project.lessons()} == {"apart"}


def mistaken(project: SmallProject) -> list[str]:
    """Questions on the strong topic, in words that it was not trained with."""
    known = read_training(project.root / "data" / "nlu" / f"{STRONG}.yml")
    every = read_training(ROOT / "data" / "nlu" / f"{STRONG}.yml")
    return [text for text in every if text not in known]
