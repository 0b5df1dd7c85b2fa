"""Models on disk: the newest one, and the checksum that its trainer recorded beside it.

A model file is code to Rasa, so nothing is loaded that the trainer did not sign off with a checksum.
"""

import hashlib
from pathlib import Path

MODELS = Path("models")


class ModelError(RuntimeError):
    """There is no model, or it is not the one that was trained."""


def record(model: Path) -> None:
    """Write the model's sha256 beside it."""
    _checksum_file(model).write_text(f"{_sha256(model)}  {model.name}\n", encoding="ascii")


def newest(folder: Path = MODELS) -> Path:
    """The newest model by name (Rasa puts the time first). Raises ModelError if there is none."""
    models = sorted(folder.glob("*.tar.gz"))
    if not models:
        raise ModelError(f"There is no model in {folder}/. Run `make train`.")
    return models[-1]


def verify(model: Path) -> None:
    """Raise ModelError unless the model is the one whose checksum the trainer recorded."""
    recorded = _checksum_file(model)
    if not recorded.is_file():
        raise ModelError(f"{model} has no recorded checksum ({recorded.name}). Train again with `make train`.")
    if recorded.read_text(encoding="ascii").split()[0] != _sha256(model):
        raise ModelError(f"{model} is not the file that was trained: its checksum differs. Run `make train`.")


def _checksum_file(model: Path) -> Path:
    return model.with_name(f"{model.name}.sha256")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
