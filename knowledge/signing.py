"""What a clinician signs: an answer as its reader gets it, with the clinic's own data left open."""

import hashlib

from knowledge.library import Library
from knowledge.model import Answer
from knowledge.render import source_refs, unfilled_text


def signed_text(answer: Answer, library: Library) -> str:
    """Title, text and documents. Fields such as `{phone}` stay open: a new phone number is no new medical text."""
    documents = [f"{ref['organisation']}: {ref['document']}" for ref in source_refs(answer, library)]
    return "\n\n".join([answer.title, unfilled_text(answer, library), "\n".join(["Sources:", *documents])])


def text_hash(text: str) -> str:
    """SHA-256 of a signed text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
