"""Privacy: what identifies a person is taken out of a message at the door."""

from server.privacy.finds import KINDS, Kind
from server.privacy.load import load_redactor
from server.privacy.redaction import PLACEHOLDERS, Redacted, Redactor

__all__ = ["KINDS", "PLACEHOLDERS", "Kind", "Redacted", "Redactor", "load_redactor"]
