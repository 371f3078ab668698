"""`opencdi profee`: a physician's own bill against a site's pack of edits; another claim than the hospital's (DOMAIN B47)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencdi.cli.jsonl import BadLine, lines_of, object_in, run_filter

if TYPE_CHECKING:
    from opencdi.knowledge.profee.pack import ServiceLine

profee = typer.Typer(
    no_args_is_help=True, help="Professional fees (CPT/HCPCS), outside inpatient coding: NCCI, MUE and LCD edits of a pack."
)


@profee.callback()
def _profee() -> None:
    """Keep `check` a word of its own while it is the only one."""


@profee.command()
def check(
    pack: Annotated[Path, typer.Option(help="folder with pack.yaml and CMS's files; rules/profee/example is one to copy")],
    files: Annotated[list[Path] | None, typer.Argument(help="JSON Lines files; standard input if none")] = None,
) -> None:
    """Check a patient's lines by one practitioner: pairs, units, coverage, modifiers.

    Example: echo '{"id":1,"lines":[{"code":"99213","modifiers":["25"],"date":"2026-02-03","diagnoses":["E11.621"]},
    {"code":"11042","date":"2026-02-03","diagnoses":["E11.621"]}]}' | opencdi profee check --pack rules/profee/example
    """
    from opencdi.knowledge.profee.folder import load_pack
    from opencdi.knowledge.profee.modifiers import load_modifiers
    from opencdi.knowledge.profee.pack import SCOPE, WrongPack
    from opencdi.settings import rules_dir

    try:
        edits = load_pack(pack, load_modifiers(rules_dir() / "profee" / "modifiers.yaml"))
    except (WrongPack, OSError) as wrong:
        print(wrong.strerror if isinstance(wrong, OSError) else wrong, file=sys.stderr)
        raise typer.Exit(1) from None

    def answer(line: str) -> dict[str, Any]:
        told = object_in(line)
        found = edits.check(service_lines(told))
        findings = [{"rule": one.rule, "lines": list(one.lines), "says": one.says} for one in found]
        return {"id": told.get("id"), "scope": SCOPE, "edition": edits.edition, "source": edits.source, "findings": findings}

    run_filter(lines_of(files), answer)


def service_lines(told: dict[str, Any]) -> list["ServiceLine"]:
    """The lines of one claim; raises `BadLine`."""
    lines = told.get("lines")
    if not isinstance(lines, list) or not lines:
        raise BadLine("lines must be a list of at least one")
    return [_service_line(one, f"lines[{i}]") for i, one in enumerate(lines)]


def _service_line(told: Any, where: str) -> "ServiceLine":
    from datetime import date

    from opencdi.knowledge.profee.pack import ServiceLine

    if not isinstance(told, dict):
        raise BadLine(f"{where} is not an object")
    code, units = told.get("code"), told.get("units", 1)
    if not isinstance(code, str) or len(code.strip()) != 5 or not (code.strip().isascii() and code.strip().isalnum()):
        raise BadLine(f"{where}.code is not a CPT or HCPCS code (five letters and digits)")
    if isinstance(units, bool) or not isinstance(units, int) or not 1 <= units <= 9999:
        raise BadLine(f"{where}.units must be a whole number from 1 to 9999")
    try:
        day = date.fromisoformat(str(told.get("date")))
    except ValueError:
        raise BadLine(f"{where}.date is not a date (YYYY-MM-DD)") from None
    return ServiceLine(code.strip().upper(), day, _words(told, "modifiers", where), units, _words(told, "diagnoses", where))


def _words(told: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    words = told.get(name) or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadLine(f"{where}.{name} must be a list of words")
    return tuple(word.strip().upper() for word in words)
