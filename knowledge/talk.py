"""How a talk is followed: the weights of the signs by which a topic is likely in its middle."""

from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import ContentError
from knowledge.yaml_file import Reader, read_yaml

FILE = "talk.yml"


@dataclass(frozen=True)
class Talk:
    """`weights` by sign; a topic is answered with from probability `answer_from` on, else it is asked back."""

    weights: dict[str, float]
    answer_from: float


def load_talk(data: Path) -> Talk:
    """Load `talk.yml` under `data`. Raises ContentError at the first fault in shape."""
    path = data / FILE
    reader = Reader(path, read_yaml(path))
    answer_from, weights = reader.raw("answer_from"), reader.child("weights")
    talk = Talk(
        {name: _number(path, name, weights.raw(name)) for name in weights.names()},
        _number(path, "answer_from", answer_from),
    )
    reader.done()
    return talk


def _number(path: Path, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ContentError(path, f"{name} must be a number; `python -m bot.tune_talk` writes this file")
    return float(value)
