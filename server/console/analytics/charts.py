"""The pictures, as SVG without scripts. Each shows the table of the same name."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

import pygal  # type: ignore[import-untyped]  # it ships no types
from pygal.style import Style  # type: ignore[import-untyped]  # as above

from server.console.analytics.figures import Figures
from server.console.analytics.tables import OUTCOMES, milliseconds, percent
from server.console.when import day_text

# pygal's finder of plugins, of which there are none here, has Python warn of its old kind at every failed import.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

_TOPICS_SHOWN = 15
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
# Told apart by those who see no red or green as well; charts.css has those of the dark page.
_COLOURS = ("#0b6e7f", "#8ba0aa", "#b07d00", "#7b4fa3", "#b3261e", "#17262d")
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#17262d",
    foreground_strong="#17262d",
    foreground_subtle="#475a64",
    guide_stroke_color="#b9c8ce",
    major_guide_stroke_color="#b9c8ce",
    colors=_COLOURS,
    ci_colors=("#17262d",),
    opacity="1",
    opacity_hover="1",
    transition="0s",
    font_family=_FONT,
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    no_data_font_size=20,
)
_LOOK = {
    "style": _STYLE,
    "css": ["file://style.css", "file://graph.css", f"file://{Path(__file__).with_name('charts.css')}"],
    "js": [],
    "no_prefix": True,
    "width": 920,
    "height": 320,
    "margin": 8,
    "legend_at_bottom": True,
    "legend_box_size": 12,
    "no_data_text": "Nothing in this period",
    "show_minor_x_labels": False,
    "truncate_label": -1,
    "truncate_legend": -1,
    "min_scale": 3,
    "max_scale": 6,
    "include_x_axis": True,
}
_LABELS_SHOWN = 7


def _volume(f: Figures) -> "pygal.Graph":
    chart = _dated(pygal.Bar, f)
    chart.add("Conversations", [step.conversations for step in f.steps.values()])
    chart.add("Questions", [step.questions for step in f.steps.values()])
    return chart


def _outcomes(f: Figures) -> "pygal.Graph":
    chart = _dated(pygal.StackedBar, f, range=(0, 100), value_formatter=lambda value: f"{value:g} %")
    for outcome, title in OUTCOMES.items():
        chart.add(title, [percent(step.share(outcome)) for step in f.steps.values()])
    return chart


def _topics(f: Figures) -> "pygal.Graph":
    shown = f.topics[:_TOPICS_SHOWN]
    chart = _chart(pygal.HorizontalBar, show_legend=False, height=80 + 26 * len(shown), show_minor_x_labels=True)
    # The first bar stands at the bottom otherwise.
    chart.x_labels = [topic.title for topic in reversed(shown)]
    chart.add("Given", [topic.given for topic in reversed(shown)])
    return chart


def _feedback(f: Figures) -> "pygal.Graph":
    chart = _dated(pygal.Bar, f)
    chart.add("Thumbs up", [step.ratings["up"] for step in f.steps.values()])
    chart.add("Thumbs down", [step.ratings["down"] for step in f.steps.values()])
    chart.add("Call-backs asked for", [step.call_backs for step in f.steps.values()])
    return chart


def _accuracy(f: Figures) -> "pygal.Graph":
    chart = _chart(pygal.Line, range=(0, 100), value_formatter=lambda value: f"{value:g} %", show_legend=False)
    _label(chart, [day_text(week.start) for week in f.weeks])
    points = [
        {"value": percent(week.share), "ci": {"low": percent(week.low), "high": percent(week.high)}} for week in f.weeks
    ]
    chart.add("Right", points)
    return chart


def _waiting(f: Figures) -> "pygal.Graph":
    chart = _dated(pygal.Line, f, value_formatter=lambda value: f"{value:g} ms")
    chart.add("Half within", [milliseconds(step.median_wait) for step in f.steps.values()])
    chart.add("95 of 100 within", [milliseconds(step.long_wait) for step in f.steps.values()])
    return chart


def _hours(f: Figures) -> "pygal.Graph":
    chart = _chart(pygal.Bar, show_legend=False, show_minor_x_labels=True)
    chart.x_labels = [f"{hour:02}" for hour in range(24)]
    chart.add("Questions", f.hours)
    return chart


_CHARTS: Mapping[str, Callable[[Figures], "pygal.Graph"]] = {
    "volume": _volume,
    "outcomes": _outcomes,
    "topics": _topics,
    "feedback": _feedback,
    "accuracy": _accuracy,
    "waiting": _waiting,
    "hours": _hours,
}


def chart(name: str, f: Figures) -> bytes | None:
    """The picture with this name as SVG, or None. It takes up to a tenth of a second of computing."""
    if name not in _CHARTS:
        return None
    svg: bytes = _CHARTS[name](f).render()
    return svg


def _chart(kind: Callable[..., "pygal.Graph"], **options: object) -> "pygal.Graph":
    chart = kind(**{**_LOOK, **options})
    chart.add_xml_filter(_without_scripts)
    return chart


def _dated(kind: Callable[..., "pygal.Graph"], f: Figures, **options: object) -> "pygal.Graph":
    chart = _chart(kind, **options)
    _label(chart, [day_text(start) for start in f.steps])
    return chart


def _label(chart: "pygal.Graph", labels: Sequence[str]) -> None:
    chart.x_labels = labels
    chart.x_labels_major_every = max(1, round(len(labels) / _LABELS_SHOWN))


def _without_scripts(root: Element) -> Element:
    for parent in list(root.iter()):
        for child in [c for c in parent if str(c.tag).endswith("script")]:
            parent.remove(child)
    return root
