"""Puts a redactor together out of the project's data and the libraries."""

from pathlib import Path
from urllib.parse import urlsplit

from knowledge.clinic import Clinic
from server.privacy.lexicon import load_lexicon
from server.privacy.recognisers import Recognisers
from server.privacy.redaction import Redactor


def load_redactor(data: Path, clinic: Clinic, longest: int) -> Redactor:
    """A redactor for this project's data and clinic, for messages of at most `longest` characters.

    Raises ContentError if the allow-list is faulty, ConfigurationError if the language model is not the pinned one.
    """
    lexicon = load_lexicon(
        data,
        phrases=[clinic.name],
        numbers=[clinic.phone, clinic.after_hours_phone, clinic.emergency_number, clinic.crisis_line],
        websites=[urlsplit(url).netloc for url in (clinic.booking_url, clinic.privacy_url)],
    )
    return Redactor(Recognisers(lexicon).find, longest)
