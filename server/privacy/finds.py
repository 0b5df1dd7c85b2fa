"""What a recogniser finds, and how the finds of all become one row without overlaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

# The classes of HIPAA's Safe Harbor that a text can carry. Of two for the same characters the first here counts.
Kind = Literal[
    "email", "url", "ip", "ssn", "fax", "plan", "record", "account", "licence", "vehicle", "device", "date", "age", "place",
    "name", "phone"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Find:
    """Characters `start` up to `end` of a message that may identify somebody."""

    kind: Kind
    start: int
    end: int


def in_one_row(finds: Iterable[Find]) -> list[Find]:
    """The finds in order, those that overlap made one; the longest of them says the kind."""
    row: list[Find] = []
    longest = 0
    for find in sorted(finds, key=lambda f: (f.start, -f.end, KINDS.index(f.kind))):
        length = find.end - find.start
        if not row or find.start >= row[-1].end:
            row.append(find)
            longest = length
            continue
        kind = find.kind if length > longest else row[-1].kind
        longest = max(longest, length)
        row[-1] = Find(kind, row[-1].start, max(row[-1].end, find.end))
    return row


def joined(finds: Iterable[Find], text: str) -> list[Find]:
    """Neighbours of one kind with nothing but a blank, a comma or a full stop between them made one."""
    row: list[Find] = []
    for find in finds:
        if row and row[-1].kind == find.kind and not text[row[-1].end : find.start].strip(" ,."):
            row[-1] = Find(find.kind, row[-1].start, find.end)
        else:
            row.append(find)
    return row
