"""The rows of one transaction: collected in memory, the last word on a key wins, written with one statement a table."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, and_, select
from sqlalchemy.dialects import postgresql, sqlite


class Batch:
    """What one transaction will write.  Rows are whole: every column of the table, or None."""

    def __init__(self, connection: Connection) -> None:
        """Begin over this connection's transaction."""
        self.connection = connection
        self._rows: dict[Table, dict[tuple[Any, ...], dict[str, Any]]] = {}

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert the row, or replace the one with its key."""
        key = tuple(row[column.name] for column in table.primary_key)
        self._rows.setdefault(table, {})[key] = {column.name: row.get(column.name) for column in table.columns}

    def get(self, table: Table, *key: Any) -> dict[str, Any] | None:
        """The row with that key, as this transaction will leave it."""
        if (row := self._rows.get(table, {}).get(key)) is not None:
            return row
        same = and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
        found = self.connection.execute(select(table).where(same)).mappings().first()
        return dict(found) if found is not None else None

    def write(self) -> None:
        """Send the rows; whoever holds the connection commits."""
        # The two dialects spell the same upsert, in classes of their own.
        insert = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        for table, rows in self._rows.items():
            keys = [column.name for column in table.primary_key]
            statement = insert(table)
            told = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
            self.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=told), list(rows.values()))
        self._rows.clear()
