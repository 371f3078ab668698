"""How Alembic runs our migrations: over the connection that `opencdi.store.migrate` hands it."""

from alembic import context

from opencdi.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
