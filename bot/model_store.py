"""Models on disk: which one is in use, and the checksum that its trainer recorded beside it.

A model file is code to Rasa, so nothing is loaded that the trainer did not sign off with a checksum. The file
`models/current` names the model in use; a running bot that sees it change takes the other model (bot/swap.py).
"""

import hashlib
from pathlib import Path

MODELS = Path("models")
_POINTER = "current"


class ModelError(RuntimeError):
    """There is no model, or it is not the one that was trained."""


def record(model: Path) -> None:
    """Write the model's sha256 beside it."""
    _checksum_file(model).write_text(f"{_sha256(model)}  {model.name}\n", encoding="ascii")


def use(model: Path) -> None:
    """Name the model, which lies in its folder with its checksum, as the one in use. Raises ModelError if it is not."""
    verify(model)
    pointer = model.with_name(_POINTER)
    new = pointer.with_suffix(".new")
    new.write_text(f"{model.name}\n", encoding="ascii")
    new.replace(pointer)  # at once: a reader sees the one name or the other


def current(folder: Path = MODELS) -> Path:
    """The model in use; where none is named the newest by name, as Rasa puts the time first.

    Raises ModelError if there is none, or not the one that is named.
    """
    pointer = folder / _POINTER
    if pointer.is_file():
        named = folder / pointer.read_text(encoding="ascii").strip()
        if not named.is_file():
            raise ModelError(f"{pointer} names {named.name}, which is not there. Run `make train`.")
        return named
    models = sorted(folder.glob("*.tar.gz"))
    if not models:
        raise ModelError(f"There is no model in {folder}/. Run `make train`.")
    return models[-1]


def verify(model: Path) -> None:
    """Raise ModelError unless the model is the one whose checksum the trainer recorded."""
    if not model.is_file():
        raise ModelError(f"There is no model {model}. Run `make train`.")
    recorded = _checksum_file(model)
    if not recorded.is_file():
        raise ModelError(f"{model} has no recorded checksum ({recorded.name}). Train again with `make train`.")
    if recorded.read_text(encoding="ascii").split()[0] != _sha256(model):
        raise ModelError(f"{model} is not the file that was trained: its checksum differs. Run `make train`.")


def _checksum_file(model: Path) -> Path:
    return model.with_name(f"{model.name}.sha256")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
