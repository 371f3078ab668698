"""projection."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "applied",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.create_table(
        "chart_item",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("known_at", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("earlier", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "kind", "item_id"),
    )
    op.create_table(
        "dead_count",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("room", "reason"),
    )
    op.create_table(
        "drg_change",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "nth"),
    )
    op.create_table(
        "encounter",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id"),
    )
    op.create_index(op.f("ix_encounter_tenant"), "encounter", ["tenant"], unique=False)
    op.create_table(
        "failed",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_field", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "entry_id"),
    )
    op.create_table(
        "feed",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("heard_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "feed"),
    )
    op.create_table(
        "final_set",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "nth"),
    )
    op.create_table(
        "line",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("coding", sa.Text(), nullable=True),
        sa.Column("drg", sa.Text(), nullable=True),
        sa.Column("no_drg", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("encounter_id"),
    )
    op.create_table(
        "note",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("note_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("known_at", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "note_id", "revision"),
    )
    op.create_table(
        "outcome_count",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "outcome", "reason"),
    )
    op.create_table(
        "position",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "part"),
    )
    op.create_table(
        "projection",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("bus", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "provider_patient",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id"),
    )
    op.create_table(
        "provider_query",
        sa.Column("query_id", sa.String(), nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("query_id"),
    )
    op.create_index(op.f("ix_provider_query_staff_id"), "provider_query", ["staff_id"], unique=False)
    op.create_table(
        "query",
        sa.Column("query_id", sa.String(), nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("query_id"),
    )
    op.create_index(op.f("ix_query_encounter_id"), "query", ["encounter_id"], unique=False)
    op.create_table(
        "query_move",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "ordinal"),
    )
    op.create_index(op.f("ix_query_move_encounter_id"), "query_move", ["encounter_id"], unique=False)
    op.create_table(
        "reading",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("note_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "note_id", "revision"),
    )
    op.create_table(
        "sent_decision",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("query_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by_staff_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_table(
        "settled",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("query_id", sa.String(), nullable=True),
        sa.Column("refused", sa.String(), nullable=True),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_table(
        "touched",
        sa.Column("encounter_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id"),
    )
    op.create_index(op.f("ix_touched_seq"), "touched", ["seq"], unique=False)
    op.create_table(
        "unreadable",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pos", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("encounter_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "part", "pos"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("unreadable")
    op.drop_index(op.f("ix_touched_seq"), table_name="touched")
    op.drop_table("touched")
    op.drop_table("settled")
    op.drop_table("sent_decision")
    op.drop_table("reading")
    op.drop_index(op.f("ix_query_move_encounter_id"), table_name="query_move")
    op.drop_table("query_move")
    op.drop_index(op.f("ix_query_encounter_id"), table_name="query")
    op.drop_table("query")
    op.drop_index(op.f("ix_provider_query_staff_id"), table_name="provider_query")
    op.drop_table("provider_query")
    op.drop_table("provider_patient")
    op.drop_table("projection")
    op.drop_table("position")
    op.drop_table("outcome_count")
    op.drop_table("note")
    op.drop_table("line")
    op.drop_table("final_set")
    op.drop_table("feed")
    op.drop_table("failed")
    op.drop_index(op.f("ix_encounter_tenant"), table_name="encounter")
    op.drop_table("encounter")
    op.drop_table("drg_change")
    op.drop_table("dead_count")
    op.drop_table("chart_item")
    op.drop_table("applied")
