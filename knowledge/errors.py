"""The one error of this package."""

from pathlib import Path


class ContentError(ValueError):
    """A content file is wrong. The message names the file, the place in it and what to do."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem
