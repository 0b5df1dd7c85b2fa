"""The second step: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

import pyotp
import segno
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_ISSUER = "PumpTalk"
_SECONDS, _DIGITS = 30, 6
# A clock that is off by one step, or a person who types slowly.
_STEPS_OFF = (-1, 0, 1)
_RECOVERY_CODES, _RECOVERY_BYTES, _GROUP = 10, 10, 4


class Seal:
    """Encrypts what must not be read in the database or in a cookie, with a key of its own made of `secret`."""

    def __init__(self, secret: str, purpose: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=f"pumptalk {purpose}".encode()).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """The sealed text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str, seconds: int | None = None) -> str:
        """The text. Raises cryptography.fernet.InvalidToken if it was sealed by others, or longer ago than that."""
        return self._fernet.decrypt(sealed.encode(), ttl=seconds).decode()


def new_secret() -> str:
    """A secret for an authenticator app."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, clock: Callable[[], float] = time.time) -> int | None:
    """The step (of 30 seconds) whose code this is, if it is about now; else None."""
    now, app = int(clock() // _SECONDS), pyotp.TOTP(secret)
    for step in (now + off for off in _STEPS_OFF):
        if hmac.compare_digest(app.generate_otp(step), code):
            return step
    return None


def is_code(text: str) -> bool:
    """Whether this is written like a code of an app, as against a recovery code."""
    return len(text) == _DIGITS and text.isdecimal() and text.isascii()


def plain(typed: str) -> str:
    """A code as it was meant: without blanks and hyphens, in lower case."""
    return "".join(typed.split()).replace("-", "").lower()


def picture(secret: str, email: str) -> str:
    """The QR code that an authenticator app reads, as the address of an image."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def in_groups(code: str) -> str:
    """A code with blanks, for reading."""
    return " ".join(code[i : i + _GROUP] for i in range(0, len(code), _GROUP))


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 bits."""
    return [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(_RECOVERY_CODES)]


def hash_of_code(code: str) -> str:
    """What is stored of a recovery code. It is random and long, so that a quick hash serves."""
    return hashlib.sha256(plain(code).encode()).hexdigest()
