"""The interface specification as one Markdown document.  Nothing in it is written twice: tables come from the code and from trying it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from opencdi.cli.docs import table
from opencdi.cli.interface import answers
from opencdi.cli.interface.changed import Effect, effects
from opencdi.cli.interface.codes import Code, codes
from opencdi.cli.interface.kinds import Kind, fhir_kinds, hl7_kinds
from opencdi.cli.interface.samples import Sample, Samples
from opencdi.events.contract import Contract
from opencdi.events.facts import FACTS
from opencdi.events.fhir_structure import FHIR_VERSIONS
from opencdi.events.people import DECISIONS
from opencdi.events.reasons import REASONS
from opencdi.intake import tables
from opencdi.intake.hl7v2.message import decoded, read_message
from opencdi.knowledge.specimens import FLAW_BY_CODE
from opencdi.nlp.signatures import load_signatures
from opencdi.settings import rules_dir

_VALUES: dict[str, Mapping[str, str] | Iterable[str]] = {
    "OBX-11, OBR-25 → status of a result": tables.RESULT_STATUS_BY_OBX11,
    "OBR-25, where it alone tells, → as which OBX-11 it is read": tables.OBX11_BY_OBR25,
    "OBX-11 of a result that is not there yet": sorted(tables.NO_RESULT_YET),
    "Observation.status of a result that is not there yet": sorted(tables.NO_OBSERVATION_YET),
    "OBR-24 → kind of report": tables.NOTE_TYPE_BY_SECTION,
    "SPM-21, SPM-24, Specimen.condition → what was wrong with the specimen": FLAW_BY_CODE,
    "PV1-4 of a newborn": sorted(tables.NEWBORN_ADMISSIONS),
    "AL1-2, IAM-2, AllergyIntolerance.category → kind of allergy": tables.ALLERGY_CATEGORY,
    "AL1-4, IAM-4, AllergyIntolerance.reaction.severity → severity": tables.ALLERGY_SEVERITY,
    "TXA-17 → authentication": tables.AUTHENTICATION_BY_TXA17,
    "ORC-1 of an order that is cancelled": sorted(tables.CANCELLED_ORDERS),
    "Observation.status → status of a result": tables.RESULT_STATUS_BY_FHIR,
    "DiagnosticReport.status → status of a result": tables.REPORT_STATUS_BY_FHIR,
    "DocumentReference.docStatus, Composition.status → authentication": tables.AUTHENTICATION_BY_DOCSTATUS,
    "ServiceRequest.status, MedicationRequest.status → status of an order": tables.ORDER_STATUS_BY_FHIR,
    "ServiceRequest.intent of what is no order": sorted(tables.NO_ORDER_INTENTS),
    "Procedure.status → status of a procedure": tables.PROCEDURE_STATUS_BY_FHIR,
    "Patient.link.type → what becomes of this record": tables.LINK_BY_FHIR,
    "kind of note → whose words, where neither the sender says nor a signature": load_signatures(rules_dir() / "nlp").by_note_type,
}
_ENDINGS = {
    "refused": "Refused: not stored for the line, not acknowledged as stored; a copy lies in the gateway's dead letters",
    "dead letter": "Dead letters: stored and acknowledged, laid aside whole (`opencdi dead list`, `opencdi dead replay`)",
    "problem": "Problems: the message was used; the outcome and a fact `problem_noticed` name what was not",
    "quarantined": "Quarantined: the fact is kept with this in `problem`, and no rule uses its value",
    "kept": "Kept with the patient: used as soon as it is known what it belongs to",
    "no effect": "No effect: understood; nothing of it is news to the chart",
}


@lru_cache(maxsize=1)
def document() -> str:
    """All of it."""
    samples = Samples()
    found = effects(samples)
    parts = (
        _opening(), _transport(), _types(samples), _facts(), _fields("HL7 v2: which field becomes which fact", found, fhir=False),
        _fields("FHIR: which element becomes which fact", found, fhir=True), _site(found), _values(), _reasons(), _samples(samples),
    )  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _opening() -> str:
    return """# The interface

What OpenCDI reads in HL7 v2 and FHIR messages, what it makes of them and what it answers. This page is printed by `opencdi interface`
and checked by `make check`: the tables of types and codes are the code's own; the tables of fields were found by changing one value after
another in the [samples](#samples) and noting what intake then says differently. `opencdi check FILE` says the same of your own messages."""


def _transport() -> str:
    modes = table(("MSH-15", "MSH-16", "stored", "refused", "cannot be stored now"), answers.by_mode())
    return f"""## Transport and acknowledgements

MLLP, `POST /hl7`, FHIR by HTTP, or files in a folder: see *Run it for real* in the README. AA (CA) and a status of 2xx mean: stored
durably, will be applied. They say nothing about the content: what cannot be used is a [dead letter or a problem](#reason-codes), never
a refusal that would stop the queue behind it. AR (CR) and 4xx: do not send it again unchanged. AE (CE) and 503: send it again. MSA-2 is
MSH-10.

The same message from the same sender (MSH-3, MSH-4, MSH-10) with the same content has no effect a second time; with other content it is
used. The same bytes of a FHIR resource have none if it says its version (`meta.lastUpdated`, `meta.versionId`).

{modes}

A batch file (FHS, BHS) is answered by a batch, one acknowledgement a message; a FHIR batch entry by entry, a transaction as a whole.
Nothing is deleted: what was wrong is sent again with a status that says so. A reference may name a resource by an identifier
(`Patient?identifier=system|value`), and so may `ifNoneExist`, If-None-Exist and PUT by criteria, where the resource itself carries that
identifier; what is sent with `ifNoneExist` changes nothing where the resource is known. FHIR versions read: {", ".join(FHIR_VERSIONS)}.

MSH-12 taken: {", ".join(answers.versions())}. MSH-11 taken: {", ".join(answers.processing_ids())}; by a listener declared for P
(`CDI_PROCESSING_ID`): {", ".join(answers.processing_ids("P"))}."""


def _types(samples: Samples) -> str:
    unused = sorted([*tables.UNUSED_BY_TYPE.items(), *tables.UNUSED_BY_KIND.items()], key=lambda one: (one[1], one[0]))
    without = ((", ".join(f"`{name}`" for name, _ in named), f"`{reason}`", REASONS[reason].means) for reason, named in _grouped(unused))
    return f"""## Message types

Each type was tried with the samples of its family, by themselves and after what they follow. Every message may also make
`patient_identified`, where it says something new about the patient, and `problem_noticed`; what waited with the patient for the visit, or
moves with a stay that turns out to be part of another, is told with the message that settles it. Any other type is a dead letter,
`UNKNOWN_MESSAGE_TYPE`; any other FHIR resource has no effect, `RESOURCE_NOT_USED`.

{table(("HL7 v2", "what it does", "facts that it makes"), _kinds(hl7_kinds(samples)))}

{table(("understood, without effect", "reason", "what it is"), without)}

{table(("FHIR", "facts that it makes", "or no effect, because of"), _resources(fhir_kinds(samples)))}"""


def _grouped(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for reason, named in groupby(pairs, key=lambda one: one[1]):
        yield reason, list(named)


def _kinds(kinds: Iterable[Kind]) -> Iterator[tuple[str, ...]]:
    """One row for types of one family that do the same."""
    rows: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for kind in kinds:
        rows.setdefault((kind.name[:3] if kind.name[:3] == "ADT" else "", kind.does, kind.facts), []).append(kind.name)
    for (_, does, facts), names in rows.items():
        yield ", ".join(f"`{name}`" for name in names), does, _listed(facts)


def _resources(kinds: Iterable[Kind]) -> Iterator[tuple[str, ...]]:
    for kind in kinds:
        if kind.name != "Bundle":
            yield (
                f"`{kind.name}`",
                ", ".join(f"`{fact}`" for fact in kind.facts),
                ", ".join(f"`{reason}`" for reason in kind.does.split(", ") if reason),
            )


def _listed(facts: Iterable[str]) -> str:
    return ", ".join(f"`{fact}`" for fact in facts if fact != "patient_identified")


def _facts() -> str:
    told = (fact for fact in FACTS if fact not in DECISIONS)
    rows = ((f"`{fact.model_fields['kind'].default}`", (fact.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()) for fact in told)
    return f"""## Facts

Their fields: [cdi.chart.v1.schema.json](../cdi.chart.v1.schema.json). Ids (`…_id`) are keyed hashes of the numbers that are sent: where one
moves, the field is part of what tells this result, document or order from others.

{table(("fact", "what it says"), rows)}"""


def _place(name: str) -> tuple[object, ...]:
    segment, _, rest = name.partition("-")
    return (segment, *(int(part) for part in rest.split("."))) if rest else (segment,)


def _fields(title: str, found: Mapping[str, Effect], *, fhir: bool) -> str:
    names = sorted((name for name in found if ("-" not in name) == fhir), key=_place)
    kinds = {kind for name in names for kind in found[name].kinds}
    rows = ((f"`{name}`", _becomes(found[name].facts), _also(found[name]), _in(found[name].kinds, kinds)) for name in names)
    head, body = ("field", "becomes", "and decides", "in"), list(rows)
    if fhir:
        head, body = head[:3], [row[:3] for row in body]  # type: ignore[assignment, misc]  # the element's name says in which resource
    return f"""## {title}

A fact without a field: the value decides whether it is made. *By*: the table of the site that translates it. What is not here is not read.
{_DEATH}
{"" if fhir else _EMPTY}
{table(head, body)}"""


_DEATH = """That the patient died, the disposition of the discharge says (20, 40 to 42), as the bill does; PID-29, PID-30 and
`Patient.deceased[x]` are not read."""
_EMPTY = """A field of a visit that is empty changes nothing; `""` deletes what it said.
"""


def _becomes(facts: set[str]) -> str:
    """ "`kind`: field, field"; the kind alone only where no field of it moves."""
    told: dict[str, list[str]] = {}
    for fact in sorted(facts):
        kind, _, name = fact.partition(".")
        told.setdefault(kind, []).extend([name] if name else [])
    return "; ".join(f"`{kind}`{': ' if names else ''}{', '.join(names)}" for kind, names in told.items())


def _also(effect: Effect) -> str:
    by = [f"by `{name}`" for name in sorted(effect.tables)]
    return "; ".join((*sorted(effect.decides), *by))


def _in(kinds: set[str], all_kinds: set[str]) -> str:
    others = ", ".join(sorted(all_kinds - kinds))
    if len(kinds) <= len(all_kinds) // 2:
        return ", ".join(sorted(kinds))
    return f"all but {others}" if others else "all"


def _site(found: Mapping[str, Effect]) -> str:
    names = sorted({name for effect in found.values() for name in effect.tables})
    rows = ((f"`{name}`", ", ".join(f"`{field}`" for field in sorted(found, key=_place) if name in found[field].tables)) for name in names)
    return f"""## Tables of the site

A site's own codes are data (`CDI_SITE`, rules/sites/default.yaml; changes come through `inbound`). What is in no table is never taken for a
default: it is a problem that says so.

{table(("table", "asked for the code in"), rows)}"""


def _values() -> str:
    def rows() -> Iterator[tuple[str, str]]:
        for title, values in _VALUES.items():
            if isinstance(values, Mapping):
                pairs = sorted(values.items(), key=lambda one: one[1])
                told = "; ".join(f"{', '.join(name for name, _ in named)} → {meant}" for meant, named in _grouped(pairs))
            else:
                told = ", ".join(values)
            yield title, told

    return f"""## Codes of the standards

{table(("field", "values"), rows())}"""


def _reasons() -> str:
    found = sorted(codes())
    parts = [
        "## Reason codes",
        "A field with … stands for several; an empty one for the whole message, or for whatever field is named with it.",
    ]
    for ending, title in _ENDINGS.items():
        told = [code for code in found if code.ending == ending]
        head = (
            ("code", "answer", "field", "what it means", "what to do")
            if ending == "refused"
            else ("code", "field", "what it means", "what to do")
        )
        parts += [f"### {title}", table(head, _reason_rows(told, with_answer=ending == "refused"))]
    return "\n\n".join(parts)


def _reason_rows(told: list[Code], *, with_answer: bool) -> Iterator[tuple[str, ...]]:
    for code, named in groupby(told, key=lambda one: one.code):
        each = list(named)
        where = ", ".join(f"`{place}`" for place in sorted({one.where for one in each if re.search(r"\w", one.where)}))
        answer = (", ".join(dict.fromkeys(_answer(one) for one in each)),) if with_answer else ()
        yield f"`{code}`", *answer, where, *REASONS[code]


def _answer(code: Code) -> str:
    return f"{code.answer}, ERR-3 {answers.condition_of(code.code)}" if code.answer.startswith("A") else code.answer


def _samples(samples: Samples) -> str:
    parts = [
        "## Samples",
        "All synthetic. Each is a file beside this page; `opencdi send` sends it, `opencdi check` says what becomes of it.",
    ]
    return "\n\n".join([*parts, *(_sample(samples, sample) for sample in samples)])


def _sample(samples: Samples, sample: Sample) -> str:
    made = samples.made_of(sample)
    outcome = f"{made.ended.outcome} {made.ended.reason or ''}".strip() if not made.facts else ""
    after = f" After {', '.join(f'[{name}]({name})' for name in sample.after)}." if sample.after else ""
    told = "\n".join(_shown(fact) for fact in made.facts) or outcome
    return f"""<details><summary><a href="{sample.name}">{sample.name}</a>: {sample.about}</summary>

{after.strip() or "By itself."}
{"" if sample.fhir else _message(sample)}
```
{told}
```
</details>"""


def _message(sample: Sample) -> str:
    text = decoded(sample.body, read_message(sample.body).header).replace("\r", "\n").strip()
    return f"""
```
{text}
```
"""


def _shown(fact: Contract) -> str:
    """The fact without its ids and hashes, which depend on the tenant's key; of times the instant."""
    told = fact.model_dump(mode="json", exclude_none=True)
    shown = {name: value for name, value in told.items() if not name.endswith(("_id", "_hash"))}
    times = {name: value["at"] for name, value in shown.items() if isinstance(value, dict) and "precision" in value}
    return json.dumps(shown | times, ensure_ascii=False)
