"""What visitors write becomes one harmless line of a training file, or is flagged."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.training_files import add_training, read_training
from server.console.teaching.doubts import doubt
from server.console.teaching.wording import examined, teachable

_FILE = 'version: "3.1"\nnlu:\n- intent: mri\n  examples: |\n    - is a scan allowed\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Can I\n swim?\tToday", "Can I swim? Today"),
        ('is [it](topic) {"entity": "x"} ok', 'is it (topic) "entity": "x" ok'),
        ("/restart", "restart"),
        ("- - yes", "yes"),
        ("bell\x07 and null\x00", "bell and null"),
        ("# no comment: really", "# no comment: really"),
    ],
)
def test_a_text_becomes_one_plain_line(text: str, line: str) -> None:
    assert teachable(text) == line


@given(text=st.text())
def test_whatever_was_written_the_file_stays_readable(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    line = teachable(text)
    if not any(c.isalpha() for c in line):
        return  # never proposed
    path = tmp_path_factory.getbasetemp() / "mri.yml"
    path.write_text(_FILE, encoding="utf-8")
    added = add_training(path, [line])
    assert list(read_training(path)) == ["is a scan allowed", *(t.strip() for t in added)]


def test_what_redaction_left_little_of_is_flagged() -> None:
    assert doubt("(name) (date) pain")
    assert doubt("yes")
    assert doubt("my doctor (name) said no MRI, is that right") is None


def test_without_an_examination_nothing_is_near_it(tmp_path: Path) -> None:
    assert examined("anything", tmp_path / "absent") is None
