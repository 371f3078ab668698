"""what a record meets whether or not anybody is asked, beside the stay."""

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
    op.execute("update projection set bus = ''")  # of another bus: it is rebuilt


def downgrade() -> None:
    """Go back."""
    op.drop_table("noticed")
