"""What is left to do between the password and the console."""

from enum import StrEnum

from server.console.models import StaffSession
from server.console.people.models import StaffCredential


class Stage(StrEnum):
    """The next thing to ask for; also the last part of its page's address."""

    CODE = "code"
    PASSWORD = "password"
    SET_UP = "set-up"
    DONE = "done"


def stage_of(row: StaffSession, credential: StaffCredential) -> Stage:
    """The stage of a session: an old second step first, then a password of one's own, then a new second step."""
    if credential.totp_secret and not row.second_step:
        return Stage.CODE
    if credential.one_time_until:
        return Stage.PASSWORD
    return Stage.DONE if credential.totp_secret else Stage.SET_UP
