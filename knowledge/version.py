"""A short name for the wording of an answer, by which the log knows later what was said."""

import hashlib
import json

from knowledge.model import Answer

_LENGTH = 10


def answer_version(answer: Answer) -> str:
    """Ten hexadecimal digits that change with any word or source of the answer."""
    told = [[statement.text, *statement.sources] for statement in answer.statements]
    return hashlib.sha256(json.dumps([answer.title, told]).encode()).hexdigest()[:_LENGTH]
