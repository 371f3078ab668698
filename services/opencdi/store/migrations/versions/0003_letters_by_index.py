"""letters by index: which were tried again stands with the letter, counts by reason in a table of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
_LISTED = ["tenant", "tried", "received_at", "room", "part", "pos"]


def upgrade() -> None:
    """Go forward; what the bus holds is read again."""
    op.execute("delete from dead_letter")
    op.drop_index(op.f("ix_dead_letter_tenant"), "dead_letter")
    op.add_column("dead_letter", sa.Column("tried", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_dead_letter_listed", "dead_letter", _LISTED, unique=False)
    op.create_index(op.f("ix_dead_letter_entry_id"), "dead_letter", ["entry_id"], unique=False)
    op.create_index(op.f("ix_dead_letter_message_id"), "dead_letter", ["message_id"], unique=False)
    op.create_table(
        "letter_count",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "room", "reason"),
    )
    op.execute("update projection set bus = ''")  # of another bus: it is rebuilt


def downgrade() -> None:
    """Go back."""
    op.drop_table("letter_count")
    for name in ("ix_dead_letter_listed", op.f("ix_dead_letter_entry_id"), op.f("ix_dead_letter_message_id")):
        op.drop_index(name, "dead_letter")
    op.drop_column("dead_letter", "tried")
    op.create_index(op.f("ix_dead_letter_tenant"), "dead_letter", ["tenant"], unique=False)
    op.execute("update projection set bus = ''")
