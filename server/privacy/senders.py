"""Sender ids of Rasa's protocol: a widget may send an e-mail address or a telephone number as one."""

import hashlib
import hmac


class SenderHash:
    """Turns a sender id into what is stored: always the same for the same id, and of no use without the key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def hash(self, sender: str) -> str:
        """64 characters."""
        return hmac.new(self._key, sender.encode(), hashlib.sha256).hexdigest()
