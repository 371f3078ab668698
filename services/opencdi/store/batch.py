"""The rows of one transaction: collected in memory, the last word on a key wins, written with one statement a table."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite


class Batch:
    """What one transaction will write.  Rows are whole: every column of the table, or None."""

    def __init__(self, connection: Connection) -> None:
        """Begin over this connection's transaction."""
        self.connection = connection
        self._rows: dict[Table, dict[tuple[Any, ...], dict[str, Any]]] = {}
        self._gone: dict[Table, set[tuple[Any, ...]]] = {}

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert the row, or replace the one with its key."""
        key = _key(table, row)
        self._rows.setdefault(table, {})[key] = {column.name: row.get(column.name) for column in table.columns}

    def get(self, table: Table, *key: Any) -> dict[str, Any] | None:
        """The row with that key, as this transaction will leave it."""
        if (row := self._rows.get(table, {}).get(key)) is not None:
            return row
        if key in self._gone.get(table, ()):
            return None
        found = self.connection.execute(select(table).where(_is(table, key))).mappings().first()
        return dict(found) if found is not None else None

    def of_encounter(self, table: Table, encounter_id: str) -> list[dict[str, Any]]:
        """The encounter's rows, as this transaction will leave them."""
        return self.having(table, encounter_id=encounter_id)

    def having(self, table: Table, **told: str) -> list[dict[str, Any]]:
        """The rows with these values in columns that never change, as this transaction will leave them."""
        found = self.connection.execute(select(table).where(*(table.c[name] == value for name, value in told.items()))).mappings()
        stored: list[dict[str, Any]] = [dict(row) for row in found]
        kept = {key: row for row in stored if (key := _key(table, row)) not in self._gone.get(table, ())}
        written = {key: row for key, row in self._rows.get(table, {}).items() if told.items() <= row.items()}
        return list((kept | written).values())

    def remove(self, table: Table, row: Mapping[str, Any]) -> None:
        """Take the row with this one's key away, whether it is stored already or of this very transaction."""
        key = _key(table, row)
        self._rows.get(table, {}).pop(key, None)
        self._gone.setdefault(table, set()).add(key)

    def write(self) -> None:
        """Send the rows; whoever holds the connection commits."""
        for table, keys_gone in self._gone.items():
            for key in keys_gone:
                self.connection.execute(delete(table).where(_is(table, key)))
        self._gone.clear()
        # The two dialects spell the same upsert, in classes of their own.
        insert = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        for table, rows in self._rows.items():
            if not rows:
                continue
            keys = [column.name for column in table.primary_key]
            statement = insert(table)
            told = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
            self.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=told), list(rows.values()))
        self._rows.clear()


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _is(table: Table, key: tuple[Any, ...]) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
