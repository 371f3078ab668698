"""Opening the database of the edge workers: SQLite for one hospital, PostgreSQL for a health system."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url


def open_engine(url: str) -> Engine:
    """An engine on `sqlite:///path` or `postgresql://…` (psycopg 3).

    A new SQLite file is readable by its owner alone: it holds PHI.  For the same reason no error quotes the values of its statement.
    """
    address = make_url(url)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, hide_parameters=True)
    file = Path(address.database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin"))
    return engine


def _on_connect(connection: Any, _: Any) -> None:
    # Python's sqlite3 would begin transactions only before a write; a page must see one state of the projection throughout.
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=normal", "busy_timeout=30000"):
        connection.execute(f"pragma {pragma}")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database however many questions it asks."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection
