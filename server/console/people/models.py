"""Tables of how somebody proves who they are."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.console.models import StaffAccount
from server.log.models import Base
from server.log.types import UtcDateTime


def _owner(*, primary_key: bool = False) -> Mapped[str]:
    return mapped_column(
        ForeignKey(StaffAccount.id, ondelete="CASCADE"), primary_key=primary_key, index=not primary_key
    )


class StaffCredential(Base):
    """The password and second step of an account. One that signs in by the identity provider alone has none.

    `one_time_until` is set while the password is a one-time password: it counts until then, and only to choose another.
    `totp_secret` is sealed; `totp_step` is the latest 30 seconds whose code was used, so that none is used twice.
    """

    __tablename__ = "staff_credential"

    account_id: Mapped[str] = _owner(primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    one_time_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """The hash of a code that stands in for the second step, once: its row is deleted by its use."""

    __tablename__ = "staff_recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = _owner()


class KnownDevice(Base):
    """A browser in which somebody has signed in to this account before, known by the hash of a cookie."""

    __tablename__ = "staff_device"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = _owner()
    since: Mapped[datetime] = mapped_column(UtcDateTime)
