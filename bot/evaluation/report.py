"""The report: one HTML file that needs nothing else, and the same figures as JSON."""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from html import escape
from pathlib import Path
from string import Template

from bot.evaluation import scores, wording
from bot.evaluation.outcomes import Outcome
from bot.evaluation.pictures import confusion_svg, reliability_svg
from bot.evaluation.questions import OUT_OF_SCOPE, Question
from bot.evaluation.wording import percent

_TEMPLATE = Path(__file__).with_name("report.html")
_KIND_NAMES = {
    "answer": "Answered from the documents",
    "not_covered": "Not covered by the documents",
    "service": "Service and small talk",
    "safety": "Safety",
}


@dataclass(frozen=True)
class Evaluation:
    """All that a report tells. `titles` and `kinds` are by topic id; `known` are the known misses."""

    model: str
    day: date
    outcomes: Sequence[Outcome]
    known: set[Question]
    titles: dict[str, str]
    kinds: dict[str, str]

    @property
    def figures(self) -> scores.Figures:
        """The figures of the outcomes."""
        return scores.figures(self.outcomes)

    @property
    def safety(self) -> list[scores.Group]:
        """One group for each safety topic."""
        return [g for g in scores.by_topic(self.outcomes, self.kinds) if self.kinds[g.name] == "safety"]


def write_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write report.html and report.json into `folder`, which is made if absent. Returns the HTML file."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "report.html"
    page.write_text(html_report(evaluation), encoding="utf-8")
    figures = json.dumps(json_report(evaluation), indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(figures + "\n", encoding="utf-8")
    return page


def json_report(e: Evaluation) -> dict[str, object]:
    """The figures, targets, groups, confusions and misses for other programs. Shares are between 0 and 1."""
    return {
        "model": e.model,
        "day": e.day.isoformat(),
        "figures": asdict(e.figures),
        "targets": [{**asdict(t), "met": t.met(e.figures)} for t in scores.TARGETS],
        "kinds": [asdict(g) for g in scores.by_kind(e.outcomes, e.kinds)],
        "topics": [asdict(g) for g in scores.by_topic(e.outcomes, e.kinds)],
        "confusions": [asdict(c) for c in scores.confusions(e.outcomes)],
        "misses": [_miss(o, e.known) for o in scores.misses(e.outcomes)],
    }


def _miss(o: Outcome, known: set[Question]) -> dict[str, object]:
    return {
        "topic": o.question.topic,
        "question": o.question.text,
        "action": o.action,
        "topics": list(o.topics),
        "known": o.question in known,
    }


def html_report(e: Evaluation) -> str:
    """The whole page."""
    figures = e.figures
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        model=escape(e.model),
        date=f"{e.day:%B} {e.day.day}, {e.day.year}",
        in_scope=figures.in_scope_questions,
        out_of_scope=figures.out_of_scope_questions,
        cards="".join(_card(target, figures) for target in scores.TARGETS),
        figures=_figures_table(figures),
        safety=_groups_table(e.safety, e.titles, "Any safety message"),
        kinds=_groups_table(scores.by_kind(e.outcomes, e.kinds), _KIND_NAMES, "Same kind"),
        topics=_topics_table(e),
        reliability=_picture(_reliability(e.outcomes), "Confidence against the share of right topics"),
        confusion=_picture(confusion_svg(e.outcomes), "Table of topics asked against topics said"),
        misses_count=len(scores.misses(e.outcomes)),
        misses=_misses_table(e),
    )


def _card(target: scores.Target, figures: scores.Figures) -> str:
    label = next(entry for entry in wording.LABELS if entry.figure == target.figure)
    met = target.met(figures)
    return (
        f'<div class="card {"met" if met else "missed"}">{label.name}<strong>{wording.shown(label, figures)}</strong>'
        f"<b>{'Target met' if met else 'Target missed'}</b> ({wording.limit(target)})</div>"
    )


def _figures_table(figures: scores.Figures) -> str:
    rows = []
    for label in wording.LABELS:
        target = wording.target_of(label)
        rows.append((label.name, wording.shown(label, figures), wording.limit(target) if target else "", label.meaning))
    return _table(("Figure", "Value", "Target", "What it means"), rows, numbers=(1,))


def _groups_table(groups: Sequence[scores.Group], names: dict[str, str], kind_column: str) -> str:
    header = ("Topics", "Questions", "Right first", "Wrong answer", "Asked back", "Refused", kind_column)
    rows = [(*_group_cells(group, names), percent(group.right_kind)) for group in groups]
    return _table(header, rows, numbers=range(1, 7))


def _topics_table(e: Evaluation) -> str:
    header = ("Topic", "Questions", "Right first", "Wrong answer", "Asked back", "Refused")
    groups = sorted(scores.by_topic(e.outcomes, e.kinds), key=lambda g: (g.right_first, g.name))
    return _table(header, [_group_cells(group, e.titles) for group in groups], numbers=range(1, 6))


def _group_cells(g: scores.Group, names: dict[str, str]) -> tuple[str, ...]:
    shares = (g.right_first, g.wrong_given, g.clarified, g.refused)
    return (names.get(g.name, g.name), str(g.questions), *map(percent, shares))


def _misses_table(e: Evaluation) -> str:
    rows = [
        (
            o.question.text,
            _titled(o.question.topic, e),
            _said(o, e),
            f"{o.confidence * 100:.0f} %",
            "known" if o.question in e.known else "",
        )
        for o in scores.misses(e.outcomes)
    ]
    return _table(("Question", "Belongs to", "The bot", "Sure", ""), rows, numbers=(3,))


def _said(o: Outcome, e: Evaluation) -> str:
    titles = ", ".join(_titled(topic, e) for topic in o.topics)
    return {"refuse": "said that it cannot help", "answer": f"answered: {titles}"}.get(
        o.action, f"asked back: {titles}"
    )


def _titled(topic: str, e: Evaluation) -> str:
    return "Out of scope" if topic == OUT_OF_SCOPE else e.titles.get(topic, topic)


def _reliability(outcomes: Sequence[Outcome]) -> bytes:
    return reliability_svg(scores.reliability([o for o in outcomes if o.question.in_scope]))


def _picture(svg: bytes | None, alt: str) -> str:
    if svg is None:
        return "<p>Nothing was confused.</p>"
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{base64.b64encode(svg).decode("ascii")}">'


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """An HTML table; the columns in `numbers` stand to the right."""

    def cells(tag: str, row: Sequence[str]) -> str:
        classes = [' class="number"' if k in numbers else "" for k in range(len(row))]
        return "<tr>" + "".join(f"<{tag}{c}>{escape(cell)}</{tag}>" for cell, c in zip(row, classes)) + "</tr>"

    body = "".join(cells("td", row) for row in rows)
    return f"<table><thead>{cells('th', header)}</thead><tbody>{body}</tbody></table>"
