"""The only conftest: what a machine must have for some tests, a broker, a bus of either kind, and dice that can be thrown again."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

import kafka_broker
import official_schemas

ROOT = Path(__file__).parent.parent
settings.register_profile("opencdi", deadline=None, print_blob=True)  # a law that takes long on a busy machine still holds
settings.load_profile("opencdi")


def _kafka() -> bool:
    return kafka_broker.can_run()


def _postgres() -> bool:
    return bool(os.environ.get("CDI_TEST_POSTGRES") or shutil.which("pg_ctl") or list(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))


def _java() -> bool:
    return bool(shutil.which("java") and shutil.which("mvn"))


def _browser() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


NEEDED: dict[str, tuple[Callable[[], bool], str]] = {
    "kafka": (_kafka, f"Kafka: {kafka_broker.HOW}"),
    "postgres": (_postgres, "PostgreSQL: its server's binaries (apt-get install postgresql) or CDI_TEST_POSTGRES=url"),
    "npm": (official_schemas.can_run, f"npm: {official_schemas.HOW}"),
    "hapi": (_java, "HAPI: Java 17 and Maven"),
    "browser": (_browser, "Chromium: apt-get install chromium"),
}
"""What a mark asks of the machine, and how to get it.  Under `CI` it must be there."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run, aloud; data of development machines is never asked for elsewhere."""
    missing = {mark: how for mark, (there, how) in NEEDED.items() if any(item.get_closest_marker(mark) for item in items) and not there()}
    data = (ROOT.parent / "shared" / "data").is_dir()
    for item in items:
        if item.get_closest_marker("public_data") and not data:
            item.add_marker(pytest.mark.skip(reason="needs ../shared/data"))
        for mark, how in missing.items():
            if item.get_closest_marker(mark) and "CI" not in os.environ:
                item.add_marker(pytest.mark.skip(reason=f"needs {how}"))
    if missing and "CI" not in os.environ:
        note = config.rootpath / ".pytest_cache" / "not-run"
        note.parent.mkdir(exist_ok=True)
        note.write_text("not run on this machine, needs " + "; ".join(missing.values()) + "\n")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Under CI nothing may be missing."""
    for mark, (there, how) in NEEDED.items():
        if "CI" in os.environ and item.get_closest_marker(mark) and not there():
            pytest.fail(f"needs {how}", pytrace=False)


@pytest.fixture
def anyio_backend() -> str:
    """What the product runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """A real Apache Kafka, host:port; tests that use it carry the mark `kafka`."""
    with kafka_broker.broker() as address:
        yield address


@pytest.fixture
def kafka_url(kafka: str) -> str:
    """A Kafka bus of one's own: a fresh space on the broker."""
    return f"kafka://{kafka}/t{uuid4().hex[:10]}"


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def bus_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty bus of each kind."""
    if request.param == "kafka":
        return str(request.getfixturevalue("kafka_url"))
    return f"sqlite:///{tmp_path / 'bus.db'}"


@pytest.fixture
def dice() -> random.Random:
    """Chance that can be had again: CDI_TEST_SEED, printed."""
    seed = int(os.environ.get("CDI_TEST_SEED") or random.SystemRandom().randrange(10**9))
    print(f"CDI_TEST_SEED={seed}")
    return random.Random(seed)
