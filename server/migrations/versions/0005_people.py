"""How staff sign in: passwords, second steps, recovery codes, known devices; and a trail that is only appended to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_REFUSAL = "the trail is append-only"
_REFUSE = f"""
CREATE FUNCTION trail_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
"""
_GUARD = """
CREATE TRIGGER trail_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_entry
FOR EACH STATEMENT EXECUTE FUNCTION trail_entry_refuse()
"""


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSE)
        op.execute(_GUARD)
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER trail_entry_no_{verb} BEFORE {verb} ON trail_entry "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _unguard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER trail_entry_append_only ON trail_entry")
        op.execute("DROP FUNCTION trail_entry_refuse()")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER trail_entry_no_{verb}")


def _owner(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account_id")
    return sa.ForeignKeyConstraint(["account_id"], ["staff_account.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Make the tables, widen the sessions, guard the trail."""
    op.create_table(
        "staff_credential",
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("one_time_until", _MOMENT),
        sa.Column("totp_secret", sa.String(255)),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        _owner("staff_credential"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_credential")),
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        _owner("staff_recovery_code"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_staff_recovery_code")),
    )
    op.create_index(op.f("ix_staff_recovery_code_account_id"), "staff_recovery_code", ["account_id"])
    op.create_table(
        "staff_device",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        _owner("staff_device"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_device")),
    )
    op.create_index(op.f("ix_staff_device_account_id"), "staff_device", ["account_id"])
    with op.batch_alter_table("staff_session") as sessions:
        sessions.add_column(sa.Column("second_step", sa.Boolean(), nullable=False, server_default=sa.false()))
        sessions.add_column(sa.Column("pending_secret", sa.String(255)))
        sessions.add_column(sa.Column("agent", sa.String(200)))
    _guard()


def downgrade() -> None:
    """Take them away again."""
    _unguard()
    with op.batch_alter_table("staff_session") as sessions:
        for column in ("agent", "pending_secret", "second_step"):
            sessions.drop_column(column)
    for table in ("staff_device", "staff_recovery_code", "staff_credential"):
        op.drop_table(table)
