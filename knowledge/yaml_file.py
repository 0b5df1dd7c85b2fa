"""Reading a YAML file strictly: every key is asked for by name, a missing or unknown one is an error with its place."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import ContentError


class _NoDuplicates(yaml.SafeLoader):
    """A loader that refuses a key given twice: YAML itself would silently keep the second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """Parse a UTF-8 YAML file. Raises ContentError if it is absent or not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDuplicates)
    except FileNotFoundError:
        raise ContentError(path, "the file is missing") from None
    except OSError as e:
        raise ContentError(path, f"cannot be read: {e.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise ContentError(path, f"not readable as YAML: {e}") from e


class Reader:
    """A mapping from a YAML file whose keys are consumed one by one; `done()` refuses what nobody asked for."""

    def __init__(self, path: Path, data: Any, place: str = "") -> None:
        self.path, self.place = path, place
        if not isinstance(data, dict):
            raise self.error("", "must be a mapping (key: value)")
        self._left: dict[Any, Any] = dict(data)

    def error(self, key: str, problem: str) -> ContentError:
        """A ContentError that names this place and key."""
        where = f"{self.place}{key}"
        return ContentError(self.path, f"{where}: {problem}" if where else problem)

    def has(self, key: str) -> bool:
        """Whether the key stands there and has not been consumed."""
        return key in self._left

    def names(self) -> list[str]:
        """The keys that have not been consumed, in the file's order. Raises ContentError if one is no text."""
        if not all(isinstance(key, str) for key in self._left):
            raise self.error("", "every key must be a text (put `yes`, `no`, `on` and numbers in quotes)")
        return list(self._left)

    def _take(self, key: str) -> Any:
        if key not in self._left:
            raise self.error(key, "is missing")
        return self._left.pop(key)

    def text(self, key: str) -> str:
        """A required text that is not empty, stripped."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"must be a text, not {value!r} (put numbers in quotes)")
        return value.strip()

    def raw(self, key: str) -> Any:
        """A required value of any shape, for a caller that checks it."""
        return self._take(key)

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """A required text out of `allowed`."""
        value = self.text(key)
        if value not in allowed:
            raise self.error(key, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def flag(self, key: str) -> bool:
        """A required yes or no."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def number(self, key: str) -> int:
        """A required whole number above zero."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.error(key, f"must be a whole number above zero, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """A required date (2027-05-31)."""
        value = self._take(key)
        if not isinstance(value, date):
            raise self.error(key, f"{value!r} is not a date; write it like 2027-05-31")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A required list of texts; may be empty."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.error(key, "must be a list of texts")
        return tuple(v.strip() for v in value)

    def mapping(self, key: str) -> dict[str, Any]:
        """A required mapping with text keys."""
        value = self._take(key)
        if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
            raise self.error(key, "must be a mapping (name: text)")
        return value

    def child(self, key: str) -> "Reader":
        """A required mapping, to be read by its own Reader."""
        return Reader(self.path, self._take(key), f"{self.place}{key}.")

    def children(self, key: str) -> "tuple[Reader, ...]":
        """A required list of mappings."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self.error(key, "must be a list")
        return tuple(Reader(self.path, v, f"{self.place}{key}.{i}.") for i, v in enumerate(value, 1))

    def done(self) -> None:
        """Refuse keys that nobody asked for: a misspelled key would otherwise be lost silently."""
        if self._left:
            raise self.error("", f"unknown keys: {', '.join(map(str, self._left))}")
