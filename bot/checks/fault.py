"""What a check reports."""

from dataclasses import dataclass
from pathlib import Path

from knowledge import ContentError


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend: in which file (relative to the project's root), what is wrong, what to do."""

    file: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        # A YAML parser explains itself over several lines; a fault is one.
        return " ".join(f"{self.file}: {self.problem}: {self.remedy}".split())


def unreadable(error: ContentError, root: Path) -> Fault:
    """A file that cannot be loaded at all."""
    path = error.path.relative_to(root) if error.path.is_relative_to(root) else error.path
    return Fault(str(path), error.problem, "mend the file's shape")
