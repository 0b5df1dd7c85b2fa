"""Somebody who is signed in, and what they may do."""

from dataclasses import dataclass

from server.console.models import StaffAccount
from server.console.roles import Action, Role, allowed


@dataclass(frozen=True)
class Staff:
    """A member of staff, as routes and the trail know them."""

    id: str
    email: str
    name: str
    roles: frozenset[Role]

    @classmethod
    def of(cls, account: StaffAccount) -> "Staff":
        """The member that an account stands for."""
        return cls(account.id, account.email, account.name, frozenset(map(Role, account.roles)))

    def may(self, action: Action | str) -> bool:
        """Whether one of the roles allows it."""
        return Action(action) in allowed(self.roles)
