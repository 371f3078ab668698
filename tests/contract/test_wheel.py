"""What is installed is what is in the repository: the wheel holds rules, schemas and demo, and nothing that git ignores."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CARRIED = {"rules": "opencdi/rules", "schemas": "opencdi/schemas", "deploy/demo": "opencdi/demo"}


def tracked(*paths: str) -> set[str]:
    """Files of the repository, those about to be added included."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *paths], cwd=ROOT, capture_output=True, check=True
    )
    return {name for name in told.stdout.decode().split("\0") if name and (ROOT / name).is_file()}


def build(folder: Path, target: str, out: Path) -> Path:
    """As `python -m build` does it, with the backend that is installed: no network."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)], cwd=folder, check=True, capture_output=True)
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy of the repository with junk lying about, by way of the source distribution."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout = folder / "checkout"
    for name in tracked():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    for junk in ("rules/queries/left.db", "rules/__pycache__/old.pyc", "services/opencdi/var/bus.db", "deploy/demo/.env"):
        (checkout / junk).parent.mkdir(parents=True, exist_ok=True)
        (checkout / junk).write_text("junk")
    source = build(checkout, "sdist", folder / "sdist")
    with tarfile.open(source) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    return zipfile.ZipFile(build(unpacked, "wheel", folder / "dist"))


@pytest.mark.parametrize("folder", CARRIED)
def test_the_wheel_carries_what_git_has(wheel: zipfile.ZipFile, folder: str) -> None:
    inside = {name.removeprefix(f"{CARRIED[folder]}/") for name in wheel.namelist() if name.startswith(f"{CARRIED[folder]}/")}
    expected = {name.removeprefix(f"{folder}/") for name in tracked(folder)}
    assert expected
    assert inside == expected


def test_the_package_is_whole_and_clean(wheel: zipfile.ZipFile) -> None:
    data = tuple(f"{place}/" for place in CARRIED.values())
    inside = {name for name in wheel.namelist() if name.startswith("opencdi/") and not name.startswith(data)}
    assert inside == {name.removeprefix("services/") for name in tracked("services")}


def test_licence_and_notice_go_with_it(wheel: zipfile.ZipFile) -> None:
    carried = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
    assert carried == {"LICENSE", "NOTICE"}


def test_an_installation_finds_its_data(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    code = (
        "from opencdi.settings import data_root, rules_dir; from opencdi.knowledge.site import load_site; "
        "from opencdi.queries.rule import load_rules; "
        "print(data_root(), load_site(rules_dir() / 'sites' / 'default.yaml').name, len(load_rules(rules_dir() / 'queries')), "
        "len(list((data_root() / 'demo').rglob('*'))) > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "site")}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    root, site, rules, demo = done.stdout.split()
    assert (root, site, demo) == (str(tmp_path / "site" / "opencdi"), "default", "True")
    assert int(rules) == len(list((ROOT / "rules" / "queries").glob("D-*.yaml")))


BY_NAME = {"psycopg", "python-multipart"}
"""Loaded by others: SQLAlchemy by the database URL, FastAPI for forms."""
MODULE = {"pyyaml": "yaml", "simple-icd-10-cm": "simple_icd_10_cm"}


def base_dependencies() -> set[str]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return {re.split(r"[\[<>=; ]", one)[0] for one in told}


def test_what_is_installed_is_used() -> None:
    """The base install is what the product imports, no more (DESIGN §5: light, without torch)."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py"))
    unused = [
        name
        for name in base_dependencies() - BY_NAME
        if not re.search(rf"^\s*(?:import|from) {MODULE.get(name, name.replace('-', '_'))}\b|files\(\"{name}\"\)", source, re.MULTILINE)
    ]
    assert unused == []
    assert "postgresql+psycopg" in source
    assert "Form(" in source


def test_the_locks_name_every_dependency_once() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
        assert len(pinned) == len(set(pinned))
        assert base_dependencies() - set(pinned) == set()
    base = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"^(torch|transformers|spacy|medspacy|pytest|faust-streaming)==", base, re.MULTILINE)
    assert "://" not in base  # no address of a registry
