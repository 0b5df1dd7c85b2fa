"""Figures, known misses, report and the choice of thresholds, on results made by hand."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from bot import evaluate, tune
from bot.components.parts import Part, Understanding
from bot.evaluation import config_file, questions, scores, thresholds
from bot.evaluation.outcomes import REFUSED, Outcome, outcome
from bot.evaluation.questions import OUT_OF_SCOPE, Question
from bot.evaluation.report import Evaluation, html_report, json_report, write_report
from bot.evaluation.thresholds import Example
from knowledge.errors import ContentError

KINDS = {"battery_life": "answer", "mri": "answer", "emergency_device": "safety", "emergency_general": "safety"}


def asked(
    topic: str,
    action: str,
    *topics: str,
    also: tuple[str, ...] = (),
    confidence: float = 0.9,
    text: str = "?",
    ms: float = 5,
) -> Outcome:
    """An outcome made by hand; the topic ranked first is the first of `topics`."""
    return Outcome(Question(topic, text), action, topics, also, topics[0], confidence, ms / 1000)


RIGHT = asked("mri", "answer", "mri", text="right")
WRONG = asked("mri", "answer", "battery_life", confidence=0.8, text="wrong")
ASKED_BACK = asked("mri", "clarify", "mri", "battery_life", confidence=0.5, text="asked back")
ASKED_BACK_LATE = asked("mri", "clarify", "battery_life", "mri", confidence=0.5, text="asked back late")
REFUSAL = asked("battery_life", "refuse", "battery_life", confidence=0.3, text="refusal")
OFF_REFUSED = asked(OUT_OF_SCOPE, "refuse", "mri", confidence=0.1, text="off refused")
OFF_ASKED_BACK = asked(OUT_OF_SCOPE, "clarify", "mri", "battery_life", confidence=0.4, text="off asked back")
OFF_ANSWERED = asked(OUT_OF_SCOPE, "answer", "mri", confidence=0.6, text="off answered")
TWICE_RIGHT = asked("mri", "answer", "mri", also=("mri",), text="right, and again")
WRONG_BESIDE = asked("mri", "answer", "mri", also=("battery_life",), text="right, wrong beside it")
ALL = [RIGHT, WRONG, ASKED_BACK, ASKED_BACK_LATE, REFUSAL, OFF_REFUSED, OFF_ASKED_BACK, OFF_ANSWERED]


def evaluation(*outcomes: Outcome, known: frozenset[Question] = frozenset()) -> Evaluation:
    return Evaluation("m.tar.gz", date(2026, 1, 5), outcomes, set(known), {"mri": "MRI <scans>"}, KINDS)


def understood(*parts: Part) -> dict[str, object]:
    return asdict(Understanding(list(parts), more=False))


def test_an_outcome_is_read_from_rasas_parse() -> None:
    parsed = {
        "understanding": understood(Part("refuse", ["mri", "battery_life"], 0.2)),
        "intent_ranking": [
            {"name": OUT_OF_SCOPE, "confidence": 0.7},
            {"name": "mri", "confidence": 0.2},
            {"name": "battery_life", "confidence": 0.1},
        ],
    }
    made = outcome(Question(OUT_OF_SCOPE, "?"), parsed, 0.005)
    assert (made.said, made.best_topic, made.confidence, made.understood) == (REFUSED, "mri", 0.2, True)
    assert (made.topics, made.also, made.seconds) == (("mri", "battery_life"), (), 0.005)


def test_further_answers_of_the_same_turn_count_too_but_for_follow_ups() -> None:
    parts = [
        Part("clarify", ["mri", "risks"], 0.5),
        Part("answer", ["battery_life"], 0.9),
        Part("clarify", ["risks", "mri"], 0.5),
        Part("answer", ["recovery"], 0.4, follow_up="followup_how_long"),
    ]
    parsed = {"understanding": understood(*parts), "intent_ranking": [{"name": "mri", "confidence": 0.5}]}
    made = outcome(Question("mri", "?"), parsed, 0.005)
    assert (made.action, made.said, made.also) == ("clarify", "mri", ("battery_life",))


@pytest.mark.parametrize(
    ("made", "understood", "wrong_given"),
    [
        (RIGHT, True, False),
        (WRONG, False, True),
        (ASKED_BACK, True, False),
        (ASKED_BACK_LATE, False, False),
        (REFUSAL, False, False),
        (OFF_REFUSED, True, False),
        (OFF_ASKED_BACK, False, False),
        (OFF_ANSWERED, False, True),
        (TWICE_RIGHT, True, False),
        (WRONG_BESIDE, True, True),
    ],
    ids=lambda value: value.question.text if isinstance(value, Outcome) else None,
)
def test_understood_means_right_topic_first_or_rightly_refused(
    made: Outcome, understood: bool, wrong_given: bool
) -> None:
    assert (made.understood, made.wrong_given) == (understood, wrong_given)


def test_shares_count_in_scope_and_out_of_scope_apart() -> None:
    figures = scores.figures(ALL)
    assert (figures.in_scope_questions, figures.out_of_scope_questions) == (5, 3)
    assert figures.right_first == pytest.approx(2 / 5)
    assert figures.wrong_given == pytest.approx(1 / 5)
    assert figures.clarified == pytest.approx(2 / 5)
    assert figures.clarify_has_right == 1
    assert figures.refused == pytest.approx(1 / 5)
    assert figures.out_of_scope_refused == pytest.approx(1 / 3)
    assert figures.out_of_scope_clarified == pytest.approx(1 / 3)
    assert figures.out_of_scope_answered == pytest.approx(1 / 3)


def test_a_clarification_may_lack_the_right_topic() -> None:
    lacking = asked("mri", "clarify", "battery_life", "emergency_device")
    assert scores.figures([ASKED_BACK, lacking]).clarify_has_right == 0.5


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    # In scope 0.9 0.8 0.5 0.5 0.3 against 0.1 0.4 0.6: of 15 pairs, 0.3 < 0.4 and 0.6 > 0.5 0.5 0.3 are wrong.
    assert scores.figures(ALL).auc == pytest.approx(11 / 15)


def test_calibration_error_weighs_bins_by_their_questions() -> None:
    inside = [asked("mri", "answer", "mri", confidence=0.9)] * 3 + [
        asked("mri", "answer", "battery_life", confidence=0.9),
        asked("mri", "answer", "mri", confidence=0.5),
    ]
    bins = scores.reliability(inside)
    assert [(b.questions, b.right) for b in bins] == [(1, 1.0), (4, 0.75)]
    assert scores.calibration_error(bins) == pytest.approx((1 * 0.5 + 4 * 0.15) / 5)


@pytest.mark.parametrize("confidence", [0.0, 1 / 15, 0.5, 1.0])
def test_a_confidence_on_a_bins_edge_is_counted_once(confidence: float) -> None:
    assert [b.questions for b in scores.reliability([asked("mri", "answer", "mri", confidence=confidence)])] == [1]


def test_figures_without_anything_to_count_are_none_and_miss_their_target() -> None:
    figures = scores.figures([RIGHT])
    assert (figures.auc, figures.out_of_scope_refused, figures.clarify_has_right) == (None, None, None)
    assert [t.met(figures) for t in scores.TARGETS] == [True, True, False]


def test_parse_times_are_percentiles_in_milliseconds() -> None:
    figures = scores.figures([asked("mri", "answer", "mri", ms=ms) for ms in range(1, 102)])
    assert (figures.parse_p50_ms, figures.parse_p95_ms) == (pytest.approx(51), pytest.approx(96))


@pytest.mark.parametrize(("right", "met"), [(95, True), (94, False)])
def test_a_target_is_met_at_its_limit(right: int, met: bool) -> None:
    figures = scores.figures([RIGHT] * right + [REFUSAL] * (100 - right))
    assert scores.TARGETS[0].met(figures) is met


def test_groups_tell_the_right_topic_from_the_right_kind() -> None:
    outcomes = [
        asked("emergency_device", "answer", "emergency_device"),
        asked("emergency_device", "answer", "emergency_general"),
        asked("emergency_device", "answer", "mri"),
        RIGHT,
        OFF_ANSWERED,
    ]
    (kind_answer, kind_safety) = scores.by_kind(outcomes, KINDS)
    assert (kind_answer.name, kind_answer.questions, kind_answer.right_first) == ("answer", 1, 1.0)
    assert (kind_safety.name, kind_safety.questions) == ("safety", 3)
    assert kind_safety.right_first == pytest.approx(1 / 3)
    assert kind_safety.right_kind == pytest.approx(2 / 3)
    assert [g.name for g in scores.by_topic(outcomes, KINDS)] == ["emergency_device", "mri"]
    assert [g.name for g in evaluation(*outcomes).safety] == ["emergency_device"]


def test_confusions_come_most_frequent_first_with_an_example() -> None:
    again = asked("mri", "answer", "battery_life", text="yet another")
    first, *rest = scores.confusions([REFUSAL, WRONG, again, RIGHT])
    assert (first.asked, first.said, first.count, first.example) == ("mri", "battery_life", 2, "wrong")
    assert [(c.asked, c.said) for c in rest] == [("battery_life", REFUSED)]


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def eval_folder(tmp_path: Path) -> Path:
    """Two topics, one of them without questions so far."""
    write(tmp_path, "mri.yml", 'topic: mri\nquestions:\n  - "right"\n  - "wrong"\n')
    write(tmp_path, "battery_life.yml", "topic: battery_life\nquestions:\n")
    return tmp_path


def test_questions_are_loaded_without_the_known_misses(eval_folder: Path) -> None:
    write(eval_folder, "known_misses.yml", "mri: [wrong]\n")
    assert questions.load_questions(eval_folder) == [Question("mri", "right"), Question("mri", "wrong")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("topic: mri\nquestions: [a]\n", "must be the file's name"),
        ("topic: x\nquestions: [a, a]\n", "stands twice"),
        ("topic: x\n", "questions: is missing"),
    ],
)
def test_a_faulty_question_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, "x.yml", text)
    with pytest.raises(ContentError, match=problem):
        questions.load_questions(tmp_path)


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="holds no questions"):
        questions.load_questions(tmp_path)


def test_a_topic_without_an_answer_is_refused() -> None:
    off = Question(OUT_OF_SCOPE, "?")
    questions.require_topics([off, Question("mri", "?")], ["mri"], Path("tests/eval"))
    with pytest.raises(ContentError, match="no answer in data/answers for: mri"):
        questions.require_topics([off, Question("mri", "?")], [], Path("tests/eval"))


def test_known_misses_come_back_as_they_were_written(eval_folder: Path) -> None:
    odd = Question("mri", 'wie: "groß"? # - yes')
    path = questions.write_known_misses(eval_folder, [odd, Question("mri", "wrong")])
    assert path.read_text(encoding="utf-8").startswith("# Questions that the bot is known to get wrong.")
    known = questions.load_known_misses(eval_folder, [odd, Question("mri", "wrong"), Question("mri", "right")])
    assert known == {odd, Question("mri", "wrong")}


def test_no_known_misses_is_an_empty_set(eval_folder: Path) -> None:
    assert questions.load_known_misses(eval_folder, []) == set()
    questions.write_known_misses(eval_folder, [])
    assert questions.load_known_misses(eval_folder, []) == set()


def test_a_known_miss_that_no_evaluation_file_holds_is_an_error(eval_folder: Path) -> None:
    write(eval_folder, "known_misses.yml", "mri: [gone]\n")
    with pytest.raises(ContentError, match="mri: stands in no evaluation file: 'gone'"):
        questions.load_known_misses(eval_folder, questions.load_questions(eval_folder))


GOOD = [RIGHT] * 99 + [OFF_REFUSED]


def test_a_good_evaluation_has_no_problems() -> None:
    assert evaluate.find_problems(evaluation(*GOOD, REFUSAL, known=frozenset({REFUSAL.question}))) == []


def test_a_missed_target_is_a_problem() -> None:
    assert evaluate.find_problems(evaluation(*GOOD, OFF_ANSWERED)) == ["Target missed: Out of scope refused 50.0 %."]


@pytest.mark.parametrize("cured", [ASKED_BACK, OFF_REFUSED], ids=lambda o: o.question.text)
def test_a_known_miss_that_is_understood_is_a_problem(cured: Outcome) -> None:
    e = evaluation(*GOOD, cured, known=frozenset({cured.question}))
    (problem, *_) = evaluate.find_problems(e)
    named = f"{cured.question.topic}: {cured.question.text!r}"
    assert problem == f"Understood by now, take it out of tests/eval/known_misses.yml: {named}"
    assert evaluate.find_problems(e, known_misses_fresh=True) == []


def test_figures_are_printed_with_targets(capsys: pytest.CaptureFixture[str]) -> None:
    evaluate.print_figures(evaluation(*ALL))
    lines = " ".join(capsys.readouterr().out.split())
    assert "Right topic first 40.0 % at least 95 %: FAIL" in lines
    assert "5 questions missed, 5 of them not among the known misses." in lines


def test_the_command_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluate, "EVAL", tmp_path)
    assert evaluate.main([]) == 1
    assert "holds no questions" in capsys.readouterr().err


@pytest.mark.parametrize(("outcomes", "code"), [(GOOD, 0), (ALL, 1)], ids=["good", "bad"])
def test_the_commands_exit_code_follows_the_targets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcomes: list[Outcome], code: int
) -> None:
    monkeypatch.setattr(evaluate, "_evaluate", lambda model: evaluation(*outcomes))
    assert evaluate.main(["--out", str(tmp_path / "out")]) == code
    assert (tmp_path / "out" / "report.html").is_file()


def test_updating_writes_the_present_misses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(evaluate, "EVAL", tmp_path)
    monkeypatch.setattr(evaluate, "_evaluate", lambda model: evaluation(*GOOD, REFUSAL))
    assert evaluate.main(["--out", str(tmp_path / "out"), "--update-known-misses"]) == 0
    assert questions.load_known_misses(tmp_path, [REFUSAL.question]) == {REFUSAL.question}


def test_the_report_is_self_contained_and_escaped(tmp_path: Path) -> None:
    page = write_report(evaluation(*ALL), tmp_path / "new").read_text(encoding="utf-8")
    assert "MRI &lt;scans&gt;" in page and "<scans>" not in page
    assert page.count('src="data:image/svg+xml;base64,') == 2
    assert "http" not in page and "<script" not in page
    assert (tmp_path / "new" / "report.json").is_file()


def test_the_report_of_a_flawless_bot_has_no_confusion_picture() -> None:
    assert "Nothing was confused." in html_report(evaluation(RIGHT, OFF_REFUSED))


def test_the_json_report_holds_figures_and_misses() -> None:
    report = json_report(evaluation(RIGHT, WRONG, OFF_REFUSED, known=frozenset({WRONG.question})))
    assert report["figures"]["right_first"] == 0.5
    assert report["misses"] == [
        {"topic": "mri", "question": "wrong", "action": "answer", "topics": ["battery_life"], "known": True}
    ]


RAISE_FROM = 0.35


def example(topic: str, **probabilities: float) -> Example:
    ranking = sorted(probabilities.items(), key=lambda r: -r[1])
    return Example(Question(topic, "?"), [*ranking, ("worry", 0.0)])


def test_refusing_goes_as_far_as_it_costs_nothing_and_asking_back_as_little_as_needed() -> None:
    examples = [example("mri", mri=0.9)] * 8 + [example("mri", battery_life=0.6), example("mri", mri=0.5)]
    examples += [example(OUT_OF_SCOPE, mri=0.3), example(OUT_OF_SCOPE, out_of_scope=0.9)]
    chosen = thresholds.choose(examples, RAISE_FROM).chosen
    # A probability equal to the threshold is not below it.
    assert (chosen.refuse_below, chosen.clarify_below) == (0.5, 0.61)
    assert (chosen.out_of_scope_refused, chosen.refused, chosen.wrong_given) == (1, 0, 0)
    assert chosen.clarified == pytest.approx(0.2)


def test_in_scope_refusals_hold_refuse_below_down() -> None:
    examples = [example("mri", mri=0.9)] * 9 + [example("mri", mri=0.4), example(OUT_OF_SCOPE, mri=0.6)]
    assert thresholds.choose(examples, RAISE_FROM).chosen.refuse_below == 0.4


def test_nothing_is_asked_back_where_no_answer_is_wrong() -> None:
    examples = [example("mri", mri=0.9), example(OUT_OF_SCOPE, mri=0.2)]
    chosen = thresholds.choose(examples, RAISE_FROM).chosen
    assert chosen.clarify_below == chosen.refuse_below == 0.9


def test_tuning_decides_as_the_bot_does_about_red_flags() -> None:
    flags = example("mri", mri=0.6, emergency_device=0.2, emergency_general=0.2)
    with pytest.raises(thresholds.NoChoiceError, match="red flags are never asked back"):
        thresholds.choose([flags, example(OUT_OF_SCOPE, out_of_scope=1.0)], RAISE_FROM)
    thresholds.choose([flags, example(OUT_OF_SCOPE, out_of_scope=1.0)], raise_from=0.5)


def test_a_model_that_refuses_too_much_by_itself_cannot_be_tuned() -> None:
    with pytest.raises(thresholds.NoChoiceError, match="The model itself takes"):
        thresholds.choose([example("mri", out_of_scope=0.9), example(OUT_OF_SCOPE, out_of_scope=0.9)], RAISE_FROM)


def test_choosing_needs_questions_of_both_sorts() -> None:
    with pytest.raises(thresholds.NoChoiceError, match="in scope and out of scope"):
        thresholds.choose([example("mri", mri=0.9)], RAISE_FROM)


CONFIG = """\
# refuse_below: 9 in a comment is none
pipeline:
  - name: bot.components.intent_classifier.TopicClassifier
    refuse_below: 0.35  # kept
    clarify_below: 0.6
    raise_from: 0.35
"""


def test_only_the_two_numbers_of_the_config_change() -> None:
    chosen = thresholds.Point(0.4, 0.72, 1, 0, 0, 0)
    expected = CONFIG.replace("refuse_below: 0.35 ", "refuse_below: 0.40 ").replace(
        "clarify_below: 0.6\n", "clarify_below: 0.72\n"
    )
    assert tune.tuned(CONFIG, chosen) == expected


@pytest.mark.parametrize("config", ["x: 1\n", "refuse_below: 0.1\nrefuse_below: 0.2\n", "refuse_below: low\n"])
def test_a_config_without_exactly_one_place_is_refused(config: str) -> None:
    with pytest.raises(ContentError, match="exactly one line"):
        config_file.with_number(config, "refuse_below", 0.5)


@pytest.fixture
def tunable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A config of its own, and a development sample in place of a model."""
    path = tmp_path / "config.yml"
    path.write_text(CONFIG, encoding="utf-8")
    monkeypatch.setattr(config_file, "CONFIG", path)
    sample = [example("mri", mri=0.9), example(OUT_OF_SCOPE, mri=0.2)]
    monkeypatch.setattr(tune, "_examples", lambda model: sample)
    return path


def test_tune_writes_the_choice_and_says_so(tunable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tune.main([]) == 0
    out = capsys.readouterr().out
    assert "Wrote refuse_below 0.90, clarify_below 0.90 to config.yml (before: refuse_below 0.35" in out
    assert "0.90 *" in out
    assert "refuse_below: 0.90  # kept" in tunable.read_text(encoding="utf-8")


def test_tune_check_only_prints(tunable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tune.main(["--check"]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert tunable.read_text(encoding="utf-8") == CONFIG


def test_tune_without_development_questions_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tune, "DEV", tmp_path)
    assert tune.main([]) == 1
    assert "holds no questions" in capsys.readouterr().err


def test_a_kind_and_a_topic_of_the_same_name_are_told_apart() -> None:
    e = Evaluation(
        "m", date(2026, 1, 5), [asked("emergency_device", "answer", "mri")], set(), {"safety": "How safe"}, KINDS
    )
    assert "How safe" not in html_report(e)
