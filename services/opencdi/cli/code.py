"""`opencdi code`: a note in, its ICD-10-CM codes out, each with its evidence (DESIGN §6)."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from opencdi.cli.jsonl import BadLine, answer_each, object_in, run_filter, word

if TYPE_CHECKING:
    from opencdi.coding.candidates import Candidate
    from opencdi.coding.table import ConceptTable
    from opencdi.events.reading import NoteRead
    from opencdi.nlp.own_words import OwnWords
    from opencdi.nlp.reading import Reader


class Scope(StrEnum):
    """`reportable`: what a bill would carry; `mentions`: every affirmed mention, as annotators code."""

    REPORTABLE = "reportable"
    MENTIONS = "mentions"


class Stay(StrEnum):
    """Uncertain diagnoses count only after discharge, and then only from the final statement (DOMAIN F.11)."""

    ADMITTED = "admitted"
    DISCHARGED = "discharged"


def code_notes(
    files: Annotated[list[Path] | None, typer.Argument(help="text files, or JSON Lines (.jsonl, .ndjson, standard input)")] = None,
    scope: Annotated[Scope, typer.Option(help="reportable: as a bill; mentions: every affirmed mention")] = Scope.REPORTABLE,
    state: Annotated[Stay, typer.Option(help="whether the patient has left")] = Stay.DISCHARGED,
    day: Annotated[str | None, typer.Option("--date", help="discharge date whose code set is used (YYYY-MM-DD); default: today")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="for people: each code with its reasons, and what was rejected")] = False,
) -> None:
    """Code notes to ICD-10-CM, with the words that support each code.

    Example: echo '{"id":1,"text":"Acute kidney injury on CKD stage 3b."}' | opencdi code --date 2026-05-01
    """
    from opencdi.cli.codes import index_of_site
    from opencdi.cli.explain import explainer, procedure_told
    from opencdi.cli.inputs import day_of
    from opencdi.cli.read import note_lines
    from opencdi.coding.official_drugs import with_official_drugs
    from opencdi.coding.table import load_table
    from opencdi.knowledge.code_year import RELEASES, days_covered, release_on
    from opencdi.nlp.own_words import load_own_words
    from opencdi.nlp.reader import load_reader
    from opencdi.settings import rules_dir

    on = day_of(day)
    if release_on(on) is None:
        years = f"{RELEASES[0].fiscal_year} to {RELEASES[-1].fiscal_year}"
        said = f"no code set for {on.isoformat()}; there are fiscal years {years} ({days_covered()})"
        if day:
            raise typer.BadParameter(said, param_hint="--date")
        print(f"{said}: the newest is used", file=sys.stderr)  # time goes on, and the newest codes still serve
    reader = load_reader(rules_dir() / "nlp")
    table = with_official_drugs(load_table(rules_dir() / "coding" / "concepts.yaml"), index_of_site())
    own = load_own_words(rules_dir() / "queries")
    if explain:
        if scope is Scope.MENTIONS:
            raise typer.BadParameter("mentions are not reasoned about", param_hint="--explain")
        from opencdi.coding.not_coded import not_coded

        candidates, tell = _candidates(table, on, state), explainer()
        done = _procedures(rules_dir() / "coding" / "procedures.yaml", on)

        def explained(line: str) -> str:
            told = object_in(line)
            note = _note(told, reader, own, on)
            return "\n".join((tell(told.get("id"), candidates(note, told), not_coded(table, note)), *map(procedure_told, done(note))))

        answer_each(note_lines(files), explained)
        return
    coder = _mentions(rules_dir() / "coding" / "mentions.yaml", table, on) if scope is Scope.MENTIONS else _reportable(table, on, state)

    procedures = _procedures(rules_dir() / "coding" / "procedures.yaml", on) if scope is Scope.REPORTABLE else None

    def answer(line: str) -> dict[str, Any]:
        told = object_in(line)
        note = _note(told, reader, own, on)
        answered = {"id": told.get("id"), "codes": coder(note, told)} | ({"read_to": note.read_to} if note.read_to is not None else {})
        return answered | {"procedures": procedures(note)} if procedures else answered

    run_filter(note_lines(files), answer)


def _note(told: dict[str, Any], reader: "Reader", own: "OwnWords", on: date) -> "NoteRead":
    from opencdi.cli.read import text_in
    from opencdi.clinical.time import ClinicalTime
    from opencdi.clinical.vocabulary import Authentication, AuthorRole, NoteType
    from opencdi.events.reading import NoteRead
    from opencdi.nlp.own_words import echo_in

    # Without these a text is an authenticated provider note of no special type.
    note_type: NoteType = word(told, "type", get_args(NoteType), "other")
    role: AuthorRole = word(told, "author_role", get_args(AuthorRole), "provider")
    authentication: Authentication = word(told, "authentication", get_args(Authentication), "authenticated")
    text = text_in(told)
    if not isinstance(told.get("final_statement") or False, bool):
        raise BadLine("final_statement is true or false")
    reading, echo = reader.read(text, note_type), echo_in(text, own)
    return NoteRead(
        note_id="note",
        revision=1,
        note_type=note_type,
        author_role=role,
        written_at=ClinicalTime(datetime.combine(on, time(), UTC), "day"),
        authentication=authentication,
        counts=role == "provider" and authentication == "authenticated",
        findings=echo.of_the_provider(reading.findings),
        values=echo.values_of_the_provider(reading.values),
        read_to=reading.read_to,
        procedures=echo.of_the_provider(reading.procedures),
    )


Coder = Callable[["NoteRead", dict[str, Any]], list[dict[str, Any]]]


def _candidates(table: "ConceptTable", on: date, state: Stay) -> Callable[["NoteRead", dict[str, Any]], tuple["Candidate", ...]]:
    """The codes of a note, proposed or not.  It is the final statement (DOMAIN F.11) as a discharge summary, or where its line says so."""
    from opencdi.cli.codes import index_of_site
    from opencdi.coding.state import Stay as CodedStay
    from opencdi.coding.working import Chart, working_codes
    from opencdi.knowledge.site import SiteData

    index = index_of_site()

    def candidates(note: "NoteRead", told: dict[str, Any]) -> tuple["Candidate", ...]:
        final = state is Stay.DISCHARGED and (note.note_type == "discharge-summary" or told.get("final_statement") is True)
        chart = Chart(CodedStay(tenant=""), (note,), SiteData())
        return working_codes(chart, table, on, frozenset({note.note_id} if final else ()), index)

    return candidates


def _reportable(table: "ConceptTable", on: date, state: Stay) -> Coder:
    from opencdi.coding.confidence import confidence
    from opencdi.knowledge.icd10cm import description_of

    candidates = _candidates(table, on, state)

    def coder(note: "NoteRead", told: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "code": one.code,
                "description": description_of(one.code),
                "confidence": confidence(one),
                "evidence": [{"start": span.start, "end": span.end, "quote": span.quote} for span in one.evidence],
                "reasons": list(one.reasons),
            }
            for one in candidates(note, told)
            if one.status == "proposed"
        ]

    return coder


def _procedures(path: Path, on: date) -> Callable[["NoteRead"], list[dict[str, Any]]]:
    """What a note says was done: proposed with its ICD-10-PCS code, or asked about; of a stay of which nothing else is known."""
    from zoneinfo import ZoneInfo

    from opencdi.coding.procedure_table import load_procedures
    from opencdi.coding.procedures import working_procedures
    from opencdi.coding.state import Stay as CodedStay

    table = load_procedures(path)

    def procedures(note: "NoteRead") -> list[dict[str, Any]]:
        return [
            {
                "procedure": one.procedure,
                "code": one.code,
                "description": one.description,
                "status": one.status,
                "on": one.on,
                "asks": list(one.asks),
                "choices": list(one.choices),
                "evidence": [{"start": span.start, "end": span.end, "quote": span.quote} for span in one.evidence],
                "reasons": list(one.reasons),
            }
            for one in working_procedures(CodedStay(tenant=""), (note,), table, on, ZoneInfo("UTC"))
        ]

    return procedures


def _mentions(path: Path, table: "ConceptTable", on: date) -> Coder:
    from opencdi.cli.codes import index_of_site
    from opencdi.coding.mentions import load_mentions, mentioned
    from opencdi.knowledge.icd10cm import description_of, valid_for

    extra, valid, index = load_mentions(path), valid_for(on), index_of_site()

    def coder(note: "NoteRead", told: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "code": code,
                "description": description_of(code),
                "confidence": 0.5,
                "evidence": [{"start": one.start, "end": one.end, "quote": one.text} for one in findings],
            }
            for code, findings in mentioned(table, extra, note.findings, valid, index).items()
        ]

    return coder
