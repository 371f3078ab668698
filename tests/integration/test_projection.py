"""The projection on SQLite and PostgreSQL: the same rows whatever came first, exactly once whatever was killed, one writer."""

import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, event, insert, select, text

from by_hand.postgres import postgres_server
from by_hand.telling import Telling
from by_hand.ward import ward
from opencdi.bus.embedded import EmbeddedBus
from opencdi.clinical.vocabulary import OVER
from opencdi.events.audiences import MessageEnded
from opencdi.events.people import Person
from opencdi.knowledge.site import load_site
from opencdi.settings import rules_dir
from opencdi.store.batch import Batch
from opencdi.store.codes import unmapped_codes
from opencdi.store.encounters import worklist
from opencdi.store.engine import open_engine, snapshot
from opencdi.store.feeds import feeds
from opencdi.store.health import line_health, version
from opencdi.store.letters import TriedAlready, letters, letters_by_reason, try_again_once, write_look
from opencdi.store.migrate import migrate
from opencdi.store.positions import Overtaken, empty
from opencdi.store.questions import remember_sent
from opencdi.store.tables import DEAD_LETTER, METADATA, POSITION, PROJECTION, SENT_DECISION, TOUCHED
from opencdi.workbench.projection import READS, Projection, apply_record

Fresh = Callable[[], str]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL of this module's own."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes empty databases of each kind."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / uuid4().hex}.db"
        return
    server = create_engine(request.getfixturevalue("postgres"), isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"t{uuid4().hex}"
        with server.connect() as connection:
            connection.execute(text(f"create database {name}"))
        return server.url.set(database=name).render_as_string(hide_password=False)

    yield make
    server.dispose()


def opened(url: str) -> Engine:
    engine = open_engine(url)
    migrate(engine)
    return engine


def catch_up(engine: Engine, bus: EmbeddedBus, limit: int = 500) -> None:
    projection = Projection(engine, bus, bus.path)
    while projection.turn(limit, timeout_s=0):
        pass
    projection.close()


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that the projection knows, less how it came to know it."""
    with snapshot(engine) as connection:
        tables = [table for table in METADATA.sorted_tables if table not in (PROJECTION, POSITION, TOUCHED)]
        return {table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr) for table in tables}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    folder = tmp_path_factory.mktemp("expected")
    with EmbeddedBus(str(folder / "bus.db")) as bus:
        bus.publish(ward())
        engine = opened(f"sqlite:///{folder / 'w.db'}")
        catch_up(engine, bus)
        told = rows(engine)
        engine.dispose()
    assert {name for name, found in told.items() if found} >= {
        "encounter",
        "chart_item",
        "note",
        "reading",
        "query",
        "provider_query",
        "final_set",
    }
    return told


def test_both_databases_hold_the_same(fresh: Fresh, tmp_path: Path, expected: dict[str, Any]) -> None:
    engine = opened(fresh())
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        bus.publish(ward())
        catch_up(engine, bus, limit=7)
        assert rows(engine) == expected
        with snapshot(engine) as connection:
            assert len(worklist(connection, "demo", OVER)) == 4
    engine.dispose()


def test_both_databases_answer_the_line_pages_and_a_letter_is_handed_over_once(fresh: Fresh, tmp_path: Path) -> None:
    engine, site, person = opened(fresh()), load_site(rules_dir() / "sites" / "default.yaml"), Person(staff_id="IT-1", name="T")
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        bus.publish(ward())
        catch_up(engine, bus)
    with snapshot(engine) as connection:
        first, second = letters(connection, "demo", 10)
        assert [feed.name for feed in feeds(connection, "demo")] == ["adt", "adt/documents", "lab"]
        assert [(one.code, one.messages) for one in unmapped_codes(connection, "demo", site)] == [("GLU^L", 3), ("WARDNOTE", 1)]
    write_look(engine, second, person)
    with pytest.raises(ZeroDivisionError):  # the gateway did not take it: nothing stands
        try_again_once(engine, first, person, lambda: str(1 / 0))
    handed: list[str] = []
    at_once = threading.Barrier(4, timeout=60)

    def press() -> None:
        at_once.wait()
        with suppress(TriedAlready):
            try_again_once(engine, first, person, lambda: handed.append("x") or "again")

    pressing = [threading.Thread(target=press) for _ in range(4)]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()
    assert handed == ["x"]
    with snapshot(engine) as connection:
        assert letters_by_reason(connection, "demo") == [("gateway", "NO_MSH", 1, 0), ("intake", "NO_PATIENT", 1, 1)]
        tried, looked = letters(connection, "demo", 10)  # until its second try has ended
        assert (looked.reason, looked.waits, [deed.kind for deed in looked.deeds]) == ("NO_PATIENT", True, ["looked"])
        assert (tried.reason, tried.pending, [deed.by for deed in tried.deeds]) == ("NO_MSH", True, [person])
    engine.dispose()


def test_a_page_of_letters_costs_what_it_shows(fresh: Fresh) -> None:
    engine = opened(fresh())
    filed = [dict.fromkeys(DEAD_LETTER.c.keys(), "x") | {"part": n % 3, "pos": n, "bytes": 1, "tenant": "" if n % 50 == 0 else ("demo", "other")[n % 2],
             "entry_id": f"r-{n}", "message_id": f"r-{n}", "received_at": f"2026-05-{n % 9 + 1:02}T00:00:00+00:00", "tried": n % 7 == 0}
             for n in range(8000)]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(DEAD_LETTER), filed)
    with engine.begin() as connection:
        connection.execute(text("analyze"))
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, said, told, *_: asked.append((said, told)))
    with snapshot(engine) as connection:
        found = letters(connection, "demo", 130)
        while more := letters(connection, "demo", 130, (found[-1].room, found[-1].part, found[-1].pos)):
            found += more
    tried = {one["pos"]: one["tried"] for one in filed if one["tenant"] != "other"}
    assert sorted(one.pos for one in found) == sorted(tried)
    assert [tried[one.pos] for one in found] == sorted(tried.values())
    for group in (False, True):
        times = [one.received_at for one in found if tried[one.pos] == group]
        assert times == sorted(times, reverse=True)
    pages = [(said, told) for said, told in asked if "FROM dead_letter" in said and "LIMIT" in said]
    postgres = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        for said, told in pages:
            explained = connection.exec_driver_sql(("explain analyze " if postgres else "explain query plan ") + said, told).all()
            plan = "\n".join(str(row[-1]) for row in explained)
            assert "ix_dead_letter_listed" in plan
            assert "TEMP B-TREE" not in plan
            assert max(map(int, re.findall(r"actual time=\S+ rows=(\d+)", plan)), default=0) <= 3 * 130, plan
    assert len(pages) > 20
    engine.dispose()


@pytest.mark.parametrize("letter_first", [True, False])
def test_a_second_try_and_its_letter_may_come_in_either_order(tmp_path: Path, letter_first: bool) -> None:
    letter, ended = Telling(), Telling(_count=50)
    letter.dead("intake", "NO_PATIENT")
    entry_id = next(value.decode() for name, value in letter.messages[0].headers if name == "ce_id")
    for _ in range(2):
        told = {"tenant": "demo", "entry_id": f"again-{_}", "message_type": "ORU^R01", "feed": "lab", "outcome": "entries"}
        ended.ended(MessageEnded.model_validate({**told, "replays": entry_id}))
    engine = opened(f"sqlite:///{tmp_path / 'w.db'}")
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        for telling in (letter, ended) if letter_first else (ended, letter):
            bus.publish(telling.messages)
            catch_up(engine, bus)
    with snapshot(engine) as connection:
        assert letters_by_reason(connection, "demo") == [("intake", "NO_PATIENT", 1, 0)]
        assert [(one.waits, one.pending, len(one.tries)) for one in letters(connection, "demo", 9)] == [(False, False, 2)]
    engine.dispose()


def test_the_migrations_make_exactly_these_tables(fresh: Fresh) -> None:
    engine = opened(fresh())
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(READS), limit=st.integers(8, 90))
def test_it_never_matters_which_topic_was_ahead(tmp_path: Path, expected: dict[str, Any], order: list[Any], limit: int) -> None:
    folder = tmp_path / uuid4().hex
    folder.mkdir()
    engine = opened(f"sqlite:///{folder / 'w.db'}")
    messages = ward()
    with EmbeddedBus(str(folder / "bus.db")) as bus:
        projection = Projection(engine, bus, bus.path)
        for topic in order:
            bus.publish([message for message in messages if message.topic == topic])
            while projection.turn(limit, timeout_s=0):
                pass
        projection.close()
        assert rows(engine) == expected
    engine.dispose()


def test_a_second_writer_takes_over_and_the_first_commits_nothing_more(fresh: Fresh, tmp_path: Path, expected: dict[str, Any]) -> None:
    engine = opened(fresh())
    messages = ward()
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        first = Projection(engine, bus, bus.path)
        bus.publish(messages[:100])
        first.turn(30, timeout_s=0)
        second = Projection(engine, bus, bus.path)
        before = rows(engine)
        with pytest.raises(Overtaken):
            first.turn(30, timeout_s=0)
        assert rows(engine) == before
        bus.publish(messages[100:])
        while second.turn(timeout_s=0):
            pass
        first.close()
        second.close()
        assert rows(engine) == expected
    engine.dispose()


def test_another_bus_is_another_projection_but_decisions_sent_are_kept(fresh: Fresh, tmp_path: Path, expected: dict[str, Any]) -> None:
    engine = opened(fresh())
    with EmbeddedBus(str(tmp_path / "old.db")) as old:
        old.publish([message for message in ward() for _ in (1, 2)])
        catch_up(engine, old)
    remember_sent(engine, decision_id="d", encounter_id="e", query_id="q", kind="query_approved", by_staff_id="s")
    with snapshot(engine) as connection:
        edition, _ = version(connection)
    with EmbeddedBus(str(tmp_path / "new.db")) as new:
        new.publish(ward())
        catch_up(engine, new)
    told = rows(engine)
    assert len(told.pop(SENT_DECISION.name)) == 1
    assert told == {name: found for name, found in expected.items() if name != SENT_DECISION.name}
    with snapshot(engine) as connection:
        assert version(connection)[0] != edition
    engine.dispose()


_FOLLOWER = """
import sys, threading
from opencdi.store.engine import open_engine
from opencdi.workbench.projection import follow
follow(open_engine(sys.argv[1]), sys.argv[2], threading.Event(), lambda: print(flush=True))
"""


@pytest.mark.chaos
def test_killed_at_any_moment_it_holds_every_message_exactly_once(fresh: Fresh, tmp_path: Path) -> None:
    url, bus_url, count = fresh(), f"sqlite:///{tmp_path / 'bus.db'}", 8_000
    engine = opened(url)
    telling = Telling()
    for nth in range(count):
        told = MessageEnded(tenant="other", entry_id=f"m{nth}", message_type="ORU^R01", feed="lab", outcome="entries")
        telling.ended(told)
    dice, kills = random.Random(7), 0
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        bus.publish(telling.messages + ward())
        unbroken = opened(f"sqlite:///{tmp_path / 'unbroken.db'}")
        catch_up(unbroken, bus)
        while done(engine) < count:
            process = subprocess.Popen([sys.executable, "-c", _FOLLOWER, url, bus_url], stdout=subprocess.PIPE)
            assert process.stdout is not None
            for _ in range(dice.randint(1, 3)):  # so many batches, then a moment within the next
                process.stdout.readline()
                if done(engine) == count:
                    break
            try:
                process.wait(dice.random() * 0.02)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            process.communicate()
        catch_up(engine, bus)
    assert kills >= 3
    assert done(engine) == count
    assert rows(engine) == rows(unbroken)
    engine.dispose()
    unbroken.dispose()


def test_rebuilt_from_the_bus_it_is_the_same_and_again_the_same(fresh: Fresh, tmp_path: Path, expected: dict[str, Any]) -> None:
    engine = opened(fresh())
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        bus.publish(ward())
        catch_up(engine, bus)
        for limit in (500, 11):
            with engine.begin() as connection:
                empty(connection)
            assert not any(rows(engine).values())
            catch_up(engine, bus, limit)
            catch_up(engine, bus)  # nothing new: nothing twice
            assert rows(engine) == expected
    engine.dispose()


def test_a_batch_that_is_not_committed_leaves_nothing(fresh: Fresh, tmp_path: Path, expected: dict[str, Any]) -> None:
    engine = opened(fresh())
    with EmbeddedBus(str(tmp_path / "bus.db")) as bus:
        bus.publish(ward())
        with engine.connect() as connection, connection.begin() as transaction:
            batch = Batch(connection)
            for delivered in bus.reader(READS, {}).poll(150, timeout_s=0):
                apply_record(batch, delivered, 1)
            batch.write()
            transaction.rollback()
        assert not any(rows(engine).values())
        catch_up(engine, bus)
        assert rows(engine) == expected
    engine.dispose()


def done(engine: Engine) -> int:
    with snapshot(engine) as connection:
        return sum(messages for _, _, messages in line_health(connection, "other").outcomes)
