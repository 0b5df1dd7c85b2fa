"""CSV files hold what visitors wrote, and no spreadsheet may take it for a formula."""

import csv
import io

import pytest

from server.console.csv import csv_response

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://evil.example","x")']


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_becomes_a_text(text: str) -> None:
    response = csv_response("x.csv", ["said"], [[text]])
    assert read(bytes(response.body)) == [["said"], [f"'{text}"]]


def test_other_cells_stay_as_they_are() -> None:
    row = ["a, b", 'say "so"', "two\nlines", -3, 0.5, None, "naïve"]
    response = csv_response("x.csv", ["a"] * len(row), [row])
    assert read(bytes(response.body))[1] == ["a, b", 'say "so"', "two\nlines", "-3", "0.5", "", "naïve"]


def test_it_is_saved_and_not_shown() -> None:
    headers = csv_response("topics.csv", ["a"], []).headers
    assert headers["Content-Disposition"] == 'attachment; filename="topics.csv"'
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
