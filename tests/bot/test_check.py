"""The content check: a small sound content, and each fault made once to see it refused."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from actions.likelihood import SIGNS
from bot.check import main
from bot.checks.figures import unsupported
from knowledge.reading import reading_grade
from knowledge.wording import NearQuestions, normalised

TODAY = date(2026, 11, 22)
SOURCE = """id: {id}
organisation: {id} clinic
document: Pumps
kind: a page
facts:
  battery: {battery}
"""
BATTERY = """topic: battery_life
kind: answer
title: How long the battery lasts
subject: battery
short: {text: "The battery decides. Call {phone}.", sources: [umm.battery]}
views:
  - {text: 5 to 10 years., sources: [umm.battery]}
  - {text: 3 to 5 years., sources: [premier.battery]}
see_also: [greet]
review: {state: draft, due: 2027-05-31}
"""
GREET = """topic: greet
kind: service
title: Hello
short: {text: "Hello from {clinic}."}
see_also: [battery_life]
review: {state: draft, due: 2027-05-31}
"""
EMERGENCY = """topic: emergency_general
kind: safety
severity: emergency
title: An emergency
short: {text: "Call {emergency} now."}
review: {state: draft, due: 2027-05-31}
"""
PHRASES = """greeting: Hello.
clarify: Which?
something_else: Something else
something_else_reply: Say it again, please.
refusal: I cannot help with that. Call {phone}.
near_topics: Or these?
guess: I guess.
rest: Ask the rest again.
last_sources: "From:"
no_sources: From none.
help_coming: Good.
contact_taken: Thanks.
reminders: {emergency: "Call {emergency} now.", urgent: Call the clinic., crisis: Call someone.}
points_intro: "Also:"
unreleased: Call {phone}.
views_intro: "They do not agree:"
unavailable: Sorry.
busy: Busy.
too_long: Too long.
privacy: It is stored.
closings:
  answer: [Ask your team.]
starters: [battery_life]
"""
FOLLOW_UPS = """subjects:
  battery: {overview: battery_life, how_long: battery_life, asleep: greet, more: [battery_life]}
about_last: [why]
topics:
  greet: {how_long: battery_life}
asked_as:
  battery_life: how_long
  greet: asleep
"""
TALK = "answer_from: 0.5\nweights:\n" + "".join(f"  {sign}: 1\n" for sign in SIGNS)
SUBJECTS = """version: "3.1"
nlu:
  - lookup: battery
    examples: |
      - battery
      - batteries
"""
CLINIC = """name: Demo Clinic
phone: "+1 555-0100"
after_hours_phone: "+1 555-0199"
emergency_number: "911"
crisis_line: "988"
address: 1 Example Street
hours:
  - {days: Monday, open: "8:00", close: "17:00"}
booking_url: https://clinic.example/appointments
privacy_url: https://clinic.example/privacy
"""
# topic: how many training questions, how many evaluation questions
SIZES = {"battery_life": (40, 8), "greet": (25, 8), "emergency_general": (25, 8), "out_of_scope": (400, 150)}
# follow-up: how many training questions
FOLLOW_UP_SIZES = {"followup_how_long": 40, "followup_what_about": 40, "followup_why": 40}


def training_file(topic: str, count: int) -> str:
    lines = "".join(f"    - what about {topic} {i}\n" for i in range(count))
    return f'version: "3.1"\nnlu:\n- intent: {topic}\n  examples: |\n{lines}'


def evaluation_file(topic: str, count: int) -> str:
    return f"topic: {topic}\nquestions:\n" + "".join(f"  - asked in test {topic} {i}\n" for i in range(count))


class Project:
    """A project's content in a folder of its own."""

    def __init__(self, root: Path, output: Callable[[], str]) -> None:
        self.root, self._output = root, output

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def check(self, *arguments: str) -> tuple[int, list[str]]:
        code = main(arguments, root=self.root, today=TODAY)
        return code, self._output().splitlines()

    def fault(self) -> str:
        """The one fault."""
        code, lines = self.check()
        assert code == 1
        assert len(lines) == 1, lines
        return lines[0]


@pytest.fixture(scope="module")
def sound_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sound content to copy from, generated files included."""
    made = Project(tmp_path_factory.mktemp("content"), str)
    made.write("data/sources/umm.yml", SOURCE.format(id="umm", battery="It lasts 5 to 10 years."))
    made.write("data/sources/premier.yml", SOURCE.format(id="premier", battery="They run out every 3 to 5 years."))
    for topic, answer in {"battery_life": BATTERY, "greet": GREET, "emergency_general": EMERGENCY}.items():
        made.write(f"data/answers/{topic}.yml", answer)
    for topic, (training, evaluation) in SIZES.items():
        made.write(f"data/nlu/{topic}.yml", training_file(topic, training))
        made.write(f"tests/eval/{topic}.yml", evaluation_file(topic, evaluation))
    for kind, training in FOLLOW_UP_SIZES.items():
        made.write(f"data/nlu/{kind}.yml", training_file(kind, training))
    made.write("data/followups.yml", FOLLOW_UPS)
    made.write("data/subjects.yml", SUBJECTS)
    made.write("data/talk.yml", TALK)
    made.write("data/phrases.yml", PHRASES)
    made.write("clinic.yml", CLINIC)
    assert made.check("--write")[0] == 0
    return made.root


@pytest.fixture
def project(sound_content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    """A copy of the sound content to break."""
    root = shutil.copytree(sound_content, tmp_path / "project")
    return Project(root, lambda: capsys.readouterr().out)


def test_sound_content_is_one_line_of_counts(project: Project) -> None:
    summary = "3 answers, 2 facts of 2 documents, 610 training and 174 evaluation questions"
    assert project.check() == (0, [f"content is sound: {summary}"])


def test_domain_and_rules(project: Project) -> None:
    domain = (project.root / "bot/domain.yml").read_text()
    assert domain.startswith("# Generated by `make generate`")
    assert domain.endswith("""version: "3.1"
intents:
  - battery_life
  - emergency_general
  - followup_how_long
  - followup_what_about
  - followup_why
  - greet
  - out_of_scope
slots:
  subject:
    type: any
    influence_conversation: false
    mappings:
      - type: custom
  last_topics:
    type: list
    influence_conversation: false
    mappings:
      - type: custom
  closed:
    type: list
    influence_conversation: false
    mappings:
      - type: custom
actions:
  - action_reply
session_config:
  session_expiration_time: 0
  carry_over_slots_to_new_session: true
""")
    rules = (project.root / "data/stories/rules.yml").read_text()
    assert rules.startswith("# Generated by `make generate`")
    assert rules.count("action: action_reply") == 4, "a follow-up is no intent of its own"
    assert "  - rule: out_of_scope\n    steps:\n      - intent: out_of_scope\n      - action: action_reply\n" in rules


@pytest.mark.parametrize("file", ["bot/domain.yml", "data/stories/rules.yml"])
@pytest.mark.parametrize("change", ["edited", "absent"])
def test_stale_generated_file(project: Project, file: str, change: str) -> None:
    path = project.root / file
    path.unlink() if change == "absent" else path.write_text(path.read_text() + "# mine\n")
    assert project.fault().startswith(f"{file}: does not fit the topics in data/answers: run `make generate`")
    assert project.check("--write")[0] == 0
    assert project.check()[0] == 0


@pytest.mark.parametrize("folder", ["data/answers", "data/nlu", "tests/eval"])
def test_orphan(project: Project, folder: str) -> None:
    (project.root / folder / "emergency_general.yml").unlink()
    code, lines = project.check("--write")
    assert code == 1
    assert [line.split(":")[0] for line in lines] == [f"{folder}/emergency_general.yml"]
    assert "is missing" in lines[0]


@pytest.mark.parametrize("folder", ["data/nlu", "tests/eval"])
def test_out_of_scope_needs_questions(project: Project, folder: str) -> None:
    (project.root / folder / "out_of_scope.yml").unlink()
    assert project.fault().startswith(f"{folder}/out_of_scope.yml: is missing")


def test_out_of_scope_has_no_answer(project: Project) -> None:
    answer = GREET.replace("topic: greet", "topic: out_of_scope").replace("Hello", "Refused")
    project.write("data/answers/out_of_scope.yml", answer)
    assert project.fault().startswith("data/answers/out_of_scope.yml: out_of_scope is refused and never answered")


NLU = "data/nlu/greet.yml"
NLU_REFUSED = "data/nlu/out_of_scope.yml"
NLU_BATTERY = "data/nlu/battery_life.yml"
EVAL = "tests/eval/greet.yml"
EVAL_REFUSED = "tests/eval/out_of_scope.yml"
VIEWED = "data/answers/battery_life.yml"
ANSWER = "data/answers/greet.yml"
SAFETY = "data/answers/emergency_general.yml"
PHRASES_FILE = "data/phrases.yml"
SOURCE_FILE = "data/sources/umm.yml"
CLINIC_FILE = "clinic.yml"
NLU_WHY = "data/nlu/followup_why.yml"
TABLE = "data/followups.yml"
TALK_FILE = "data/talk.yml"
SUBJECTS_FILE = "data/subjects.yml"
# file, what is replaced, by what, and what the fault must say
FAULTS = {
    "intent is not the file's name": (NLU, "intent: greet", "intent: hello", "'hello' must be the file's name"),
    "two intents": (NLU, "nlu:\n", "nlu:\n- {intent: x, examples: '- x'}\n", "must hold one intent, not 2"),
    "version": (NLU, '"3.1"', '"3.0"', "'3.0' is none of 3.1"),
    "line without a dash": (NLU, "    - what about greet 0\n", "    what about greet 0\n", "must start with '- '"),
    "bracket": (NLU, "greet 0\n", "[greet] 0\n", "holds [ ], Rasa's entity syntax"),
    "brace": (NLU, "greet 0\n", "{greet 0\n", "holds {, Rasa's entity syntax"),
    "slash": (NLU, "- what about greet 0\n", "- /greet\n", "starts with /"),
    "twice in a topic": (NLU, "what about greet 0\n", "What about, greet 1?\n", "stands twice"),
    "in two topics": (NLU, "about greet 0\n", "about battery_life 0!\n", "also in data/nlu/battery_life.yml"),
    "too few of an answer": (NLU_BATTERY, "    - what about battery_life 0\n", "", "39 questions, at least 40"),
    "too few of a service": (NLU, "    - what about greet 0\n", "", "24 questions, at least 25"),
    "too few out of scope": (NLU_REFUSED, "    - what about out_of_scope 0\n", "", "399 questions, at least 400"),
    "too few of a follow-up": (NLU_WHY, "    - what about followup_why 0\n", "", "39 questions, at least 40"),
    "too few evaluated": (EVAL, "  - asked in test greet 0\n", "", "7 questions, at least 8"),
    "too few refused": (EVAL_REFUSED, "  - asked in test out_of_scope 0\n", "", "149 questions, at least 150"),
    "evaluated as trained": (EVAL, "asked in test greet 0\n", "What about greet 3?\n", "is trained on"),
    "nearly as trained": (EVAL, "asked in test greet 0\n", "so what about greet 3\n", "'what about greet 3'"),
    "evaluation of another topic": (EVAL, "topic: greet", "topic: hello", "must be the file's name"),
    "no sources": (VIEWED, ", sources: [umm.battery]}\nviews", "}\nviews", "names no sources"),
    "unknown fact": (VIEWED, '.", sources: [umm.battery]', '.", sources: [umm.life]', "the fact umm.life does not"),
    "unknown document": (
        VIEWED,
        "3 to 5 years., sources: [premier",
        "Some years., sources: [mayo",
        "fact mayo.battery does not exist",
    ),
    "figure of another document": (VIEWED, "text: 5 to 10 years.", "text: 3 to 5 years.", "'3 to 5 years' stands"),
    "figure in a service": (ANSWER, "Hello from", "Hello 24 hours from", "the figure '24 hours'"),
    "forbidden character": (ANSWER, "Hello from", "Hello > from", "holds >"),
    "forbidden in title": (ANSWER, "title: Hello", "title: Hello <3", "holds <"),
    "forbidden in phrase": (PHRASES_FILE, "Too long.", "Too long [sorry].", "holds [ ]"),
    "forbidden in closing": (PHRASES_FILE, "[Ask your team.]", '["Ask <us>."]', "holds < >"),
    "forbidden in organisation": (SOURCE_FILE, "umm clinic", "umm <clinic>", "holds < >"),
    "forbidden in clinic": (CLINIC_FILE, "Demo Clinic", '"Demo [Clinic]"', "holds [ ]"),
    "broken clinic": (CLINIC_FILE, '"911"', '"nine"', "emergency_number"),
    "unknown field": (ANSWER, "{clinic}", "{hospital}", "the unknown field {hospital}"),
    "empty field": (ANSWER, "{clinic}", "{}", "the unknown field {}"),
    "stray brace": (ANSWER, "{clinic}", "{clinic", "has a stray brace"),
    "unknown field in phrase": (PHRASES_FILE, "that. Call {phone}", "that. Call {fax}", "the unknown field {fax}"),
    "reminder of no severity": (PHRASES_FILE, "crisis: Call", "advice: Call", "reminders.crisis: is missing"),
    "see-also leads nowhere": (ANSWER, "[battery_life]", "[mri]", "see_also names mri"),
    "see-also is the topic": (ANSWER, "[battery_life]", "[greet]", "see_also names the topic itself"),
    "safety without severity": (SAFETY, "severity: emergency\n", "", "severity: is missing"),
    "severity without safety": (
        ANSWER,
        "kind: service\n",
        "kind: service\nseverity: urgent\n",
        "unknown keys: severity",
    ),
    "hard to read": (
        ANSWER,
        "Hello from",
        "Individualised administration necessitates multidisciplinary consideration by",
        "its reading grade is",
    ),
    "review overdue": (ANSWER, "2027-05-31", "2026-11-21", "its review was due on 2026-11-21"),
    "views of one document": (
        VIEWED,
        "3 to 5 years., sources: [premier",
        "5 to 10 years., sources: [umm",
        "its views come from one document",
    ),
    "long title": (ANSWER, "title: Hello", f"title: {'a' * 46}", "the title has 46 characters"),
    "title twice": (ANSWER, "title: Hello", "title: an Emergency", "is also that of emergency_general"),
    "unknown starter": (PHRASES_FILE, "[battery_life]", "[mri]", "starters names mri"),
    "sign without weight": (TALK_FILE, "  warned: 1\n", "", "lacks a weight for the sign warned"),
    "weight of no sign": (TALK_FILE, "warned: 1", "warned: 1\n  luck: 1", "has a weight for luck, which is no sign"),
    "weight that is no number": (TALK_FILE, "warned: 1", "warned: much", "warned must be a number"),
    "overview without answer": (TABLE, "overview: battery_life", "overview: mri", "names mri, which has no answer"),
    "follow-up without answer": (TABLE, "asleep: greet", "asleep: mri", "names mri, which has no answer"),
    "more without answer": (TABLE, "[battery_life]", "[mri]", "names mri, which has no answer"),
    "leads from no answer": (TABLE, "greet: {", "mri: {", "names mri, which has no answer"),
    "leads to no answer": (TABLE, "{how_long: battery_life}", "{how_long: mri}", "names mri, which has no answer"),
    "asked as of no answer": (TABLE, "greet: asleep", "mri: asleep", "names mri, which has no answer"),
    "subject's kind without training": (
        TABLE,
        "asleep: greet, more",
        "asleep: greet, hurt: greet, more",
        "the kind hurt has no data/nlu/followup_hurt.yml",
    ),
    "answer's kind without training": (TABLE, "{how_long: b", "{asleep: b", "the kind asleep has no"),
    "kind about the last without training": (TABLE, "[why]", "[why, who]", "the kind who has no"),
    "asked as a kind of no subject": (TABLE, "battery_life: how_long", "battery_life: hurt", "which no subject has"),
    "subject lacks a kind": (
        TABLE,
        "how_long: battery_life, asleep",
        "asleep",
        "the subject battery lacks the kind how_long",
    ),
    "trained kind in no row": (TABLE, "about_last: [why]", "about_last: []", "the subject battery lacks the kind why"),
    "table without a key": (TABLE, "about_last: [why]\n", "", "about_last: is missing"),
    "unknown subject of an answer": (VIEWED, "subject: battery", "subject: pump", "its subject pump is none of"),
    "version of subjects": (SUBJECTS_FILE, '"3.1"', '"3.0"', "'3.0' is none of 3.1"),
    "not YAML": (EVAL, "questions:\n", "questions: [\n", "not readable as YAML"),
}


@pytest.mark.parametrize(("file", "old", "new", "says"), FAULTS.values(), ids=FAULTS.keys())
def test_fault(project: Project, file: str, old: str, new: str, says: str) -> None:
    project.replace(file, old, new)
    fault = project.fault()
    assert fault.startswith(f"{file}: ")
    assert says in fault
    assert fault.count(": ") >= 2, "a fault says what to do"


def test_a_view_of_a_service_needs_sources(project: Project) -> None:
    views = "views:\n  - {text: Hi.}\n  - {text: Ho., sources: [umm.battery, premier.battery]}\n"
    project.replace("data/answers/greet.yml", "see_also", f"{views}see_also")
    assert "'Hi.' names no sources" in project.fault()


def test_a_subject_in_the_table_needs_words(project: Project) -> None:
    project.replace(TABLE, "subjects:\n", "subjects:\n  pump: {overview: greet, how_long: greet, more: []}\n")
    assert project.fault().startswith("data/subjects.yml: lacks the subject pump of data/followups.yml: ")


def test_a_subject_with_words_needs_a_row(project: Project) -> None:
    project.replace(SUBJECTS_FILE, "nlu:\n", "nlu:\n  - {lookup: pump, examples: '- pump'}\n")
    assert project.fault().startswith("data/followups.yml: lacks the subject pump of data/subjects.yml: ")


def test_all_faults_are_told_at_once(project: Project) -> None:
    project.replace("data/answers/greet.yml", "2027-05-31", "2026-11-21")
    project.replace("data/phrases.yml", "that. Call {phone}", "that. Call {fax}")
    project.replace("data/nlu/greet.yml", '"3.1"', '"3.0"')
    code, lines = project.check()
    assert code == 1
    assert [line.split(":")[0] for line in lines] == [ANSWER, NLU, PHRASES_FILE]


def test_review_due_today_is_in_time(project: Project) -> None:
    project.replace("data/answers/greet.yml", "2027-05-31", "2026-11-22")
    assert project.check()[0] == 0


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("at least 50%", []),
        ("at least 50 percent", []),
        ("50 and more", []),
        ("50 days", ["50 days"]),
        ("usually 24 hours", []),
        ("a 24-hour stay", []),
        ("about 3 to 4 hours", []),
        ("about 3-4 hours", []),
        ("3 hours", ["3 hours"]),
        ("3 to 4 days", ["3 to 4 days"]),
        ("2.5 mg", ["2.5"]),
        ("1,000 people", ["1,000"]),
        ("no figure", []),
    ],
)
def test_figures(text: str, missing: list[str]) -> None:
    assert unsupported(text, ["It takes 3 to 4 hours.", "usually 24 hours", "at least 50% of the pain"]) == missing


def test_normalised() -> None:
    assert normalised("  What's THE   pump-size?! ") == "whats the pump size"
    assert normalised("¿Duele?") == "duele"
    assert normalised("👋") != normalised("🙏")
    assert normalised("???") != normalised("!")


@pytest.mark.parametrize(
    ("question", "near"),
    [("e d c b", True), ("a b c d e f", True), ("a b c d x", False), ("a b c x y z", False), ("", False)],
)
def test_near_questions(question: str, near: bool) -> None:
    found = NearQuestions([("f", "a b c d e"), ("f", "q r s")]).find(question)
    assert found == (("f", "a b c d e") if near else None)


def test_reading_grade_counts_real_syllables() -> None:
    # 6 words in 1 sentence, 11 syllables (hyphenation alone finds fewer in "idea", "area" and "about").
    grade = 0.39 * 6 + 11.8 * 11 / 6 - 15.59
    assert reading_grade("The idea is about the area.") == pytest.approx(grade)
