"""Where the content lives: beside this package, in the project's root."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
CLINIC = ROOT / "clinic.yml"
