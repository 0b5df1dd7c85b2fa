"""A text with fields in braces: do the fields exist, and can every chat widget show it?"""

from collections.abc import Iterator
from string import Formatter

from bot.checks.fault import Fault
from knowledge import Clinic, OpeningHours
from knowledge.render import FORBIDDEN_CHARACTERS, fill

# Of usual length, so that an answer's reading grade does not depend on the clinic that runs the check.
SAMPLE = Clinic(
    name="Sample Pain Clinic",
    phone="+1 555-0100",
    after_hours_phone="+1 555-0199",
    emergency_number="911",
    crisis_line="988",
    address="1 Example Street, Springfield",
    hours=(OpeningHours("Monday to Friday", "8:00", "17:00"),),
    booking_url="https://clinic.example/appointments",
    privacy_url="https://clinic.example/privacy",
)


def check_text(file: str, text: str) -> Iterator[Fault]:
    """Faults of one text that visitors read."""
    try:
        unknown = _unknown_fields(text)
    except ValueError as error:
        yield Fault(file, f"{_start(text)} has a stray brace ({error})", "write fields like {phone}")
        return
    if unknown:
        known = ", ".join(SAMPLE.fields())
        yield Fault(file, f"{_start(text)} holds the unknown field {{{unknown[0]}}}", f"use one of {known}")
    else:
        yield from check_characters(file, fill(text, SAMPLE))


def check_characters(file: str, text: str) -> Iterator[Fault]:
    """Faults of a text whose fields are filled."""
    held = [c for c in FORBIDDEN_CHARACTERS if c in text]
    if held:
        yield Fault(file, f"{_start(text)} holds {' '.join(held)}, which chat widgets delete", "say it in words")


def _unknown_fields(text: str) -> list[str]:
    names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return [name for name in names if name not in SAMPLE.fields()]


def _start(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
