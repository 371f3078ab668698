"""each sending of a question is handed over by itself: a receipt, and what the ledger decided, name it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_HELD_BY = ("provider_query", "delivery_intended")


def upgrade() -> None:
    """Go forward; what the bus holds is read again."""
    for table in _HELD_BY:
        op.add_column(table, sa.Column("sending", sa.String(), nullable=False, server_default=""))
    _deliveries("query_id", "staff_id", "sending")


def downgrade() -> None:
    """Go back."""
    for table in _HELD_BY:
        op.drop_column(table, "sending")
    _deliveries("query_id", "staff_id")


def _deliveries(*key: str) -> None:
    op.drop_table("delivery")
    op.create_table(
        "delivery",
        *(sa.Column(name, sa.String(), nullable=False) for name in key),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.String()),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*key),
    )
    op.execute("update projection set bus = ''")  # of another bus: it is rebuilt
