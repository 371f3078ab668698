"""The lint at start, done once for what lies there: a room that starts again reads a line instead of trying every rule anew."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from opencdi import knowledge, queries
from opencdi.knowledge.tables import kept
from opencdi.queries.rule import BadRule, rule_files
from opencdi.settings import rules_dir


def refuse_wrong(path: Path) -> None:
    """Raises `BadRule` for the first thing that is wrong with an active rule of that folder."""
    if wrong := kept(f"rules-{_depends_on(path)}", lambda: _all_wrong(path)):
        raise BadRule(wrong[0])


def _all_wrong(path: Path) -> list[str]:
    from opencdi.queries.lint_rules import wrong_in  # with the linter's lexicon and the grammar of cases, which a room needs not

    return [said for file in rule_files(path) if file.rule.status == "active" for said in wrong_in(path, file)]


def _depends_on(path: Path) -> str:
    """Names the rules and their cases, the tables whose words they use, and the code that judges them."""
    shipped = rules_dir()
    tables = [*path.rglob("*.yaml"), *path.glob("*.lock"), *(shipped / "nlp").glob("*.yaml"), *(shipped / "gate").glob("*.yaml")]
    code = [file for package in (knowledge, queries) for folder in package.__path__ for file in Path(folder).glob("*.py")]
    made = sha256(version("opencdi").encode())
    for file in (*sorted(tables), *sorted(code)):
        made.update(file.name.encode() + sha256(file.read_bytes()).digest())
    return made.hexdigest()[:16]
