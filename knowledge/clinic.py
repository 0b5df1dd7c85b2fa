"""The clinic's own data (`clinic.yml`), checked at start because the bot reads it out to people in need."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from knowledge.errors import ContentError
from knowledge.yaml_file import Reader, read_yaml

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{2,24}")
_SHORT_NUMBER = re.compile(r"[0-9]{3,6}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class OpeningHours:
    """Days in words, as the clinic says them, with opening and closing time (`8:00`, `17:00`)."""

    days: str
    open: str
    close: str

    def __str__(self) -> str:
        return f"{self.days}, {self.open} to {self.close}"


@dataclass(frozen=True)
class Clinic:
    """Everything about the clinic that the bot may say; with `require_signoff`, only what clinicians signed off."""

    name: str
    phone: str
    after_hours_phone: str
    emergency_number: str
    crisis_line: str
    address: str
    hours: tuple[OpeningHours, ...]
    booking_url: str
    privacy_url: str
    require_signoff: bool = False

    def fields(self) -> dict[str, str]:
        """The names that answer texts may hold in braces, with their values."""
        return {
            "clinic": self.name,
            "phone": self.phone,
            "after_hours_phone": self.after_hours_phone,
            "emergency": self.emergency_number,
            "crisis": self.crisis_line,
            "address": self.address,
            "hours": "; ".join(str(h) for h in self.hours),
            "booking": self.booking_url,
            "privacy": self.privacy_url,
        }


def load_clinic(path: Path) -> Clinic:
    """Read and check `clinic.yml`. Raises ContentError that names the value and what it should look like."""
    reader = Reader(path, read_yaml(path))

    def matching(key: str, pattern: re.Pattern[str], example: str) -> str:
        value = reader.text(key)
        if not pattern.fullmatch(value):
            raise ContentError(path, f"{key}: {value!r} is not valid; write it like {example!r}, in quotes")
        return value

    def url(key: str) -> str:
        value = reader.text(key)
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.netloc:
            raise ContentError(path, f"{key}: {value!r} must be a full https:// address")
        return value

    hours = []
    for entry in reader.children("hours"):
        opening, closing = entry.text("open"), entry.text("close")
        for value in (opening, closing):
            if not _CLOCK.fullmatch(value):
                raise ContentError(path, f"hours: {value!r} is not a time; write it like '8:00', in quotes")
        hours.append(OpeningHours(entry.text("days"), opening, closing))
        entry.done()
    if not hours:
        raise ContentError(path, "hours: give at least one line with days, open and close")
    clinic = Clinic(
        name=reader.text("name"),
        phone=matching("phone", _PHONE, "+1 555-0100"),
        after_hours_phone=matching("after_hours_phone", _PHONE, "+1 555-0199"),
        emergency_number=matching("emergency_number", _SHORT_NUMBER, "911"),
        crisis_line=matching("crisis_line", _SHORT_NUMBER, "988"),
        address=reader.text("address"),
        hours=tuple(hours),
        booking_url=url("booking_url"),
        privacy_url=url("privacy_url"),
        require_signoff=reader.has("require_signoff") and reader.flag("require_signoff"),
    )
    reader.done()
    return clinic
