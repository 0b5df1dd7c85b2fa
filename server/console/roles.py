"""Who may do what. An account may hold several roles; it may do what any of them may."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What somebody is to the console."""

    REVIEWER = "reviewer"
    MANAGER = "manager"
    CLINICIAN = "clinician"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What somebody does in it. Every route names one."""

    READ_CONVERSATIONS = "read conversations"
    REVIEW = "review conversations"
    ASSIGN = "assign conversations"
    EXPORT = "export conversations"
    ERASE = "erase conversations"
    JUDGE_TURNS = "judge answers"
    ACCEPT_CORRECTIONS = "accept corrections"
    TEACH = "teach the bot"
    READ_ANSWERS = "read answers"
    SIGN_OFF = "sign answers off"
    READ_ANALYTICS = "read analytics"
    READ_TRAIL = "read the trail"
    MANAGE_ACCOUNTS = "manage accounts"


_REVIEWER = {Action.READ_CONVERSATIONS, Action.REVIEW, Action.JUDGE_TURNS, Action.READ_ANSWERS, Action.READ_ANALYTICS}
_MANAGER = _REVIEWER | {Action.ASSIGN, Action.EXPORT, Action.ERASE, Action.ACCEPT_CORRECTIONS, Action.TEACH}

# Least privilege: who keeps the accounts need not read what patients wrote, nor need who audits.
ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.REVIEWER: frozenset(_REVIEWER),
        Role.MANAGER: frozenset(_MANAGER),
        Role.CLINICIAN: frozenset(_REVIEWER | {Action.SIGN_OFF}),
        Role.AUDITOR: frozenset({Action.READ_TRAIL, Action.READ_ANALYTICS, Action.READ_ANSWERS}),
        Role.ADMINISTRATOR: frozenset({Action.MANAGE_ACCOUNTS, Action.READ_ANSWERS}),
    }
)


def allowed(roles: Iterable[Role]) -> frozenset[Action]:
    """What these roles may do together."""
    return frozenset().union(*(ALLOWED[role] for role in roles))
