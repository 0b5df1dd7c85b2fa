"""The training questions in data/nlu, a file a topic: the one place that knows how the files look and changes them."""

from collections.abc import Iterable
from pathlib import Path

from knowledge.wording import normalised
from knowledge.yaml_file import Reader, read_yaml

_INDENT = "    - "


def read_training(path: Path) -> tuple[str, ...]:
    """The questions of a file. Raises ContentError on a fault."""
    reader = Reader(path, read_yaml(path))
    reader.choice("version", ("3.1",))
    intents = reader.children("nlu")
    if len(intents) != 1:
        raise reader.error("nlu", f"must hold one intent, not {len(intents)}")
    reader.done()
    return _examples(intents[0])


def add_training(path: Path, texts: Iterable[str]) -> list[str]:
    """Add questions to a file, at its end; returns those that were not there yet. Raises ContentError on a fault."""
    known = {normalised(text) for text in read_training(path)}
    new = []
    for text in texts:
        if normalised(text) not in known:
            known.add(normalised(text))
            new.append(text)
    if new:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        _write(path, [*lines, *(_INDENT + text for text in new)])
    return new


def remove_training(path: Path, texts: Iterable[str]) -> None:
    """Take questions out of a file; what is not there is left alone."""
    gone = {normalised(text) for text in texts}
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    _write(path, [line for line in lines if normalised(line.removeprefix(_INDENT)) not in gone])


def _write(path: Path, lines: list[str]) -> None:
    new = path.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.replace(path)  # at once: a training that is just reading sees the old file or the new one


def _examples(intent: Reader) -> tuple[str, ...]:
    name = intent.text("intent")
    if name != intent.path.stem:
        raise intent.error("intent", f"{name!r} must be the file's name, {intent.path.stem!r}")
    lines = [line.strip() for line in intent.text("examples").splitlines() if line.strip()]
    intent.done()
    return tuple(_example(line, intent) for line in lines)


def _example(line: str, intent: Reader) -> str:
    # Rasa drops such a line without a word.
    if not line.startswith("- "):
        raise intent.error("examples", f"the line {line!r} must start with '- '")
    return line[2:].strip()
