"""Dates and times are written in one way on every page."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from server.console.pages import FOLDER, templates
from server.console.when import day_text, moment_text

AT = datetime(2026, 11, 4, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))


def rendered(expression: str, value: object) -> str:
    return templates.env.from_string(f"{{{{ {expression} }}}}").render(value=value)


def test_a_moment_is_told_in_utc_to_the_minute() -> None:
    assert moment_text(AT) == "3 Nov 2026, 23:02 UTC"
    assert rendered("value | moment", AT) == ('<time datetime="2026-11-04T01:02:03+02:00">3 Nov 2026, 23:02 UTC</time>')


def test_a_day_is_told_by_its_name() -> None:
    assert day_text(date(2026, 11, 24)) == "24 Nov 2026"
    assert rendered("value | day", date(2026, 11, 24)) == '<time datetime="2026-11-24">24 Nov 2026</time>'
    assert rendered("value | day", AT) == '<time datetime="2026-11-03">3 Nov 2026</time>'
    assert rendered("value | day", AT.astimezone(UTC)) == rendered("value | day", AT)


@pytest.mark.parametrize("template", sorted(FOLDER.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_formats_a_date_by_itself(template: Path) -> None:
    assert "strftime" not in template.read_text(encoding="utf-8")
