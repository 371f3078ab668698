"""what a record meets whether or not anybody is asked; what became of handing questions over, and what the ledger decided."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go forward; what the bus holds is read again."""
    op.create_table(
        "noticed",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "name"),
    )
    op.add_column("provider_query", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "delivery",
        sa.Column("query_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.String()),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("query_id", "staff_id"),
    )
    op.create_table(
        "delivery_intended",
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("query_id", sa.String(), nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("until", sa.String()),
        sa.Column("because", sa.String()),
        sa.Column("sent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("receipt_id"),
    )
    op.create_index("ix_delivery_intended_waiting", "delivery_intended", ["tenant", "status", "sent"], unique=False)
    op.execute("update projection set bus = ''")  # of another bus: it is rebuilt


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_delivery_intended_waiting", "delivery_intended")
    for name in ("delivery_intended", "delivery", "noticed"):
        op.drop_table(name)
    op.drop_column("provider_query", "held")
