"""The models on disk with the figures of their examination beside them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import model_store
from deploy.ensure_model import fingerprint_of
from knowledge.paths import ROOT

MODELS = ROOT / "models"
# Figures are of use as long as the same is asked, and the rules beside the model are the same.
_EXAMINED_WITH = ("tests/eval/*.yml", "tests/conversations/safety/*.yml", "data/safety/*", "bot/components/*.py")


def present() -> Path:
    """The model in use. Raises ModelError if there is none."""
    return model_store.current(MODELS)


def figures_of(model: Path) -> dict[str, Any] | None:
    """What the model's examination brought; None if it was not examined with today's questions."""
    file = _figures_file(model)
    if not file.is_file():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    return kept["figures"] if kept["examined_with"] == fingerprint_of(_EXAMINED_WITH) else None


def keep_figures(model: Path, figures: Mapping[str, Any]) -> None:
    """Write figures beside a model of the shelf."""
    kept = {"examined_with": fingerprint_of(_EXAMINED_WITH), "figures": figures}
    _figures_file(model).write_text(json.dumps(kept), encoding="utf-8")


def put_in_use(new: Path, figures: Mapping[str, Any]) -> Path:
    """Take a new model onto the shelf and name it as the one in use; a running bot takes it within seconds."""
    model = MODELS / new.name
    shutil.copyfile(new, model)
    model_store.record(model)
    keep_figures(model, figures)
    model_store.use(model)
    return model


def use_again(name: str) -> None:
    """Name a model of the shelf as the one in use. Raises ModelError if it is not there or not as trained."""
    model_store.use(MODELS / name)


def _figures_file(model: Path) -> Path:
    return model.with_name(f"{model.name}.figures.json")
