"""line health: feeds by the quarter of an hour, dead letters one by one and who looked at them, unmapped codes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward; what the bus holds is read again, since it was not kept so finely."""
    op.drop_table("dead_count")
    op.create_table(
        "dead_letter",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pos", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_field", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("message_type", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("replays", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("room", "part", "pos"),
    )
    op.create_index(op.f("ix_dead_letter_tenant"), "dead_letter", ["tenant"], unique=False)
    op.create_table(
        "feed_quarter",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begins_at", sa.String(), nullable=False),
        sa.Column("first_at", sa.String(), nullable=False),
        sa.Column("last_at", sa.String(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "feed", "outcome", "slot"),
    )
    op.create_table(
        "letter_deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by_staff_id", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("again_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once"),
    )
    op.create_index("ix_letter_deed_letter", "letter_deed", ["tenant", "room", "entry_id"], unique=False)
    op.create_table(
        "second_try",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("letter_id", sa.String(), nullable=False),
        sa.Column("again_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "letter_id", "again_id"),
    )
    op.create_table(
        "site",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.create_table(
        "sent_mapping",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("site_table", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=True),
        sa.Column("mapping_id", sa.String(), nullable=False),
        sa.Column("by_staff_id", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "site_table", "code"),
    )
    op.create_table(
        "unmapped_code",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("site_table", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.String(), nullable=False),
        sa.Column("last_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "feed", "site_table", "code"),
    )
    op.execute("update projection set bus = ''")  # of another bus: it is rebuilt


def downgrade() -> None:
    """Go back."""
    for table in ("unmapped_code", "sent_mapping", "site", "second_try", "letter_deed", "feed_quarter", "dead_letter"):
        op.drop_table(table)
    op.create_table(
        "dead_count",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("room", "reason"),
    )
    op.execute("update projection set bus = ''")
