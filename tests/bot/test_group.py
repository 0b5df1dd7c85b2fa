"""Questions of one meaning stand together, the largest group first, its most typical question at its head."""

import io
import json

import numpy as np
import pytest

from bot import group

SWIMMING = ["can I swim with a pain pump", "is swimming allowed with the pump", "may I go swimming after the implant"]
NEEDLE = ["does acupuncture harm the pump", "is acupuncture safe with a pain pump"]


def test_questions_are_grouped_by_meaning(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [NEEDLE[0], *SWIMMING, NEEDLE[1], "who won the cup"]
    lines = "\n".join(json.dumps({"id": text, "text": text}) for text in texts)
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    group.main()
    groups = [set(json.loads(line)) for line in capsys.readouterr().out.splitlines()]
    assert groups == [set(SWIMMING), set(NEEDLE), {"who won the cup"}]


def test_the_most_typical_comes_first() -> None:
    vectors = np.array([[0.9, 0.436, 0.0], [1.0, 0.0, 0.0], [0.9, -0.436, 0.0]])
    assert group.groups(vectors) == [[1, 0, 2]]


def test_nothing_and_a_single_question(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    group.main()
    assert capsys.readouterr().out == ""
    assert group.groups(np.array([[1.0, 0.0]])) == [[0]]
