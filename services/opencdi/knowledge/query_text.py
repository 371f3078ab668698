"""A question to a physician as the linter looks at it: plain data, whoever wrote the question and in whatever shape it came."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One requirement that a text does not keep, where, and why."""

    requirement: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """An indicator as the physician would see it."""

    text: str
    source: str
    source_id: str
    at: str
    author: str
    quote: str = ""
    encounter_id: str = ""
    prior: bool = False
    pertinence: str = ""
    label: str = ""

    def chart_words(self) -> str:
        """The part that quotes a note; a result or vital sign has nothing to quote."""
        return "" if self.source in NO_QUOTATION else self.quote


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer that may be ticked."""

    text: str
    diagnosis: str = ""
    option_id: str = ""
    ticked: bool = False
    emphasised: bool = False


@dataclass(frozen=True, slots=True)
class QueryText:
    """The provider's half of a question.

    `extra` are fields that the contract does not know; `effects`: option id, or the diagnosis it would document -> change of weight.
    """

    encounter_id: str
    patient_id: str
    addressed_to: str
    author: str
    created_at: str
    title: str
    why: str
    question: str
    documented: tuple[Quoted, ...] = ()
    indicators: tuple[Quoted, ...] = ()
    contrary: tuple[Quoted, ...] = ()
    no_contrary_evidence_found: bool = False
    options: tuple[Offered, ...] = ()
    extra: tuple[str, ...] = ()
    effects: Mapping[str, float] | None = None

    def is_prior(self, one: Quoted) -> bool:
        """Whether it is a fact of another encounter."""
        return one.prior or bool(one.encounter_id and one.encounter_id != self.encounter_id)

    def evidence(self) -> Iterator[tuple[str, Quoted]]:
        """(where, indicator) of everything quoted from the chart."""
        for name, told in (("indicators", self.indicators), ("contrary", self.contrary), ("documented", self.documented)):
            for index, one in enumerate(told):
                yield f"{name}[{index}]", one

    def prose(self) -> Iterator[tuple[str, str]]:
        """(where, text) of everything written by the author of the question, indicators left out."""
        yield "title", self.title
        yield "why", self.why
        yield "question", self.question
        for index, option in enumerate(self.options):
            yield f"options[{index}]", option.text


NO_QUOTATION = frozenset({"laboratory", "result", "vital sign", "medication administration", "medication order", "order"})
_KNOWN = frozenset(
    [
        "query_id",
        "id",
        "encounter_id",
        "patient_id",
        "addressed_to",
        "author",
        "created_at",
        "title",
        "why",
        "question",
        "documented",
        "indicators",
        "contrary",
        "kind",
        "tenant",
        "no_contrary_evidence_found",
        "options",
        "state",
        "as_of",
        "made_by",
        "gate",
        "answer_option",
        "answer_text",
    ]
)
_OF_INDICATOR = frozenset(
    (
        "text",
        "source",
        "source_id",
        "at",
        "author",
        "quote",
        "start",
        "end",
        "label",
        "encounter_id",
        "prior",
        "prior_encounter",
        "pertinence",
        "value",
        "unit",
        "role",
    )
)
_TICKED = ("selected", "checked", "ticked", "default", "preselected", "pre_ticked")
_EMPHASISED = ("bold", "emphasis", "highlight", "highlighted", "recommended", "preferred", "starred", "color", "style", "font")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one if isinstance(one, Mapping) else {"text": _text(one)} for one in value] if isinstance(value, list) else []


def _quoted(told: Mapping[str, Any]) -> Quoted:
    at = told.get("at")
    prior = bool(told.get("prior") or told.get("prior_encounter"))
    return Quoted(
        text=_text(told.get("text")),
        source=_text(told.get("source")),
        source_id=_text(told.get("source_id")),
        at=_text(at.get("at")) if isinstance(at, Mapping) else _text(at),
        author=_text(told.get("author")),
        quote=_text(told.get("quote")),
        encounter_id=_text(told.get("encounter_id")),
        prior=prior,
        pertinence=_text(told.get("pertinence")),
        label=_text(told.get("label")),
    )


def _offered(told: Mapping[str, Any]) -> Offered:
    return Offered(
        text=_text(told.get("text")),
        diagnosis=_text(told.get("diagnosis")),
        option_id=_text(told.get("option_id")),
        ticked=any(told.get(name) for name in _TICKED),
        emphasised=any(told.get(name) for name in _EMPHASISED),
    )


def query_text(wording: Mapping[str, Any], internal: Mapping[str, Any] | None = None) -> QueryText:
    """The text to lint, from a question in JSON; what is missing becomes empty, and the requirements say so."""
    to = wording.get("addressed_to")
    effects = {
        _text(one.get("option_id")) or _text(one.get("concept")): float(one["weight_delta"])
        for one in _list((internal or {}).get("effect"))
        if isinstance(one.get("weight_delta"), int | float)
    }
    return QueryText(
        encounter_id=_text(wording.get("encounter_id")),
        patient_id=_text(wording.get("patient_id")),
        addressed_to=(_text(to.get("staff_id")) or _text(to.get("name"))) if isinstance(to, Mapping) else _text(to),
        author=_text(wording.get("author")),
        created_at=_text(wording.get("created_at")),
        title=_text(wording.get("title")),
        why=_text(wording.get("why")),
        question=_text(wording.get("question")),
        documented=tuple(map(_quoted, _list(wording.get("documented")))),
        indicators=tuple(map(_quoted, _list(wording.get("indicators")))),
        contrary=tuple(map(_quoted, _list(wording.get("contrary")))),
        no_contrary_evidence_found=bool(wording.get("no_contrary_evidence_found")),
        options=tuple(map(_offered, _list(wording.get("options")))),
        extra=tuple(f"{name}: {value}" for name, value in wording.items() if name not in _KNOWN)
        + tuple(f"{name}: {value}" for option in _list(wording.get("options")) for name, value in option.items()
                if name not in {"option_id", "text", "diagnosis", "free_text", *_TICKED, *_EMPHASISED})
        + tuple(f"{name}: {value}" for kind in ("documented", "indicators", "contrary") for one in _list(wording.get(kind))
                for name, value in one.items() if name not in _OF_INDICATOR),
        effects=effects or None,
    )  # fmt: skip
