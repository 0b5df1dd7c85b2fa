"""Privacy: what identifies a person is taken out of a message at the door."""

from server.privacy.finds import KINDS, Kind
from server.privacy.load import load_redactor
from server.privacy.redaction import PLACEHOLDERS, Redacted, Redactor
from server.privacy.senders import SenderHash

__all__ = ["KINDS", "PLACEHOLDERS", "Kind", "Redacted", "Redactor", "SenderHash", "load_redactor"]
