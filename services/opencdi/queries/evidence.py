"""Clinical indicators: what the record shows, quoted so that anyone can find it again (DOMAIN Q-02).

A superseded value is not in the record any more, our own question's words never were (DOMAIN F.8), and a copied paragraph counts
where it first stood (F.10): intake and nlp mark them, and nothing here brings them back.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from opencdi.clinical.paper import analyte_on_paper, value_on_paper
from opencdi.events.audiences import Indicator
from opencdi.events.wording import RECORD_BY_SOURCE, source_of
from opencdi.queries.told import Act, Answer, CodeWords, Culture, Earlier, InNote, Listing, Mention, Point, Written

VITAL_SIGNS = frozenset({
    "temperature", "heart-rate", "respiratory-rate", "spo2", "fio2", "oxygen-flow", "map", "sbp", "dbp", "gcs", "bmi", "weight", "height",
    "peep",
})  # fmt: skip


@dataclass(frozen=True)
class Cited:
    """What a sign rests on, and what kind it is of ("creatinine", "iv-fluid"): a question is asked again only for a new kind (Q-55).

    The indicator is written out only where somebody will read it: most signs are looked at and none asks.
    """

    kind: str
    told: Point | Mention | Act | Listing | Written | CodeWords | Culture | Answer
    label: str | None = None

    @cached_property
    def indicator(self) -> Indicator:
        """The indicator, as the physician would see it."""
        match self.told:
            case Point():
                return _of_point(self.kind, self.told, self.label)
            case Mention():
                return _of_mention(self.told, self.label)
            case Written() | CodeWords():
                return _of_words(self.told)
            case Act():
                return _of_act(self.told)
            case Listing():
                return _of_listing(self.told)
            case Culture():
                return _of_culture(self.told)
            case Answer():
                return _of_answer(self.told)

    @property
    def documents(self) -> bool:
        """Whether it is a provider's documentation, as against a finding."""
        return isinstance(self.told, CodeWords | Answer) or (isinstance(self.told, Mention) and self.told.counts)

    @property
    def final(self) -> bool:
        """Whether it is as it will stay: no preliminary value, no unsigned words."""
        match self.told:
            case Point():
                return not self.told.preliminary
            case Mention():
                return self.told.counts or self.told.authentication == "authenticated"
            case _:
                return True

    @property
    def place(self) -> tuple[str, str, int]:
        """Where in the record this stands."""
        match self.told:
            case Point():
                return self.kind, self.told.measurement_id, 0
            case Mention() | Written() | CodeWords():
                return self.kind, self.told.note_id, self.told.start
            case Act():
                return self.kind, self.told.act_id, 0
            case Listing():
                return self.kind, self.told.listing_id, 0
            case Culture():
                return self.kind, self.told.result_id, 0
            case Answer():
                return self.kind, self.told.query_id, 0


@dataclass(frozen=True, slots=True)
class Sign:
    """A condition was met at this instant, and by what: the indicators are the truth value.

    `about`: the one diagnosis or procedure that it is met of, where a rule may ask of each by itself.
    """

    at: datetime
    cited: tuple[Cited, ...]
    about: str = ""


def _of_point(analyte: str, point: Point, label: str | None) -> Indicator:
    # A preliminary one says so (DOMAIN F.5).
    labels = [told for told in ("preliminary" if point.preliminary else None, label) if told]
    source = "vital sign" if analyte in VITAL_SIGNS else "result"
    return Indicator(
        text=f"{analyte_on_paper(analyte)} {value_on_paper(point.value, point.unit, analyte=analyte, comparator=point.comparator)}",
        source=source,
        source_id=point.measurement_id,
        at=point.at,
        author=point.author or RECORD_BY_SOURCE[source],
        label=", ".join(labels) or None,
        **({"prior": True, "encounter_id": point.encounter_id, "pertinence": "baseline status"} if isinstance(point, Earlier) else {}),
    )


def _of_mention(mention: Mention, label: str | None = None) -> Indicator:
    unsigned = not mention.counts and mention.authentication != "authenticated"
    labels = [told for told in ("unsigned" if unsigned else None, label) if told]
    return _of_words(mention, "" if mention.author_role == "unknown" else mention.author_role, ", ".join(labels) or None)


def _of_words(told: InNote, role: str = "", label: str | None = None) -> Indicator:
    return Indicator(
        text=f"“{told.text}”",
        source=source_of(told.note_type),
        source_id=f"{told.note_id}@{told.revision}",
        at=told.at,
        author=told.author or role or "author not named",
        quote=told.text,
        start=told.start,
        end=told.end,
        label=label,
        confidentiality=told.confidentiality,
    )


def _of_act(act: Act) -> Indicator:
    if act.done and not act.drug:  # an operation, told by its note
        return Indicator(
            text=act.text, source=source_of("operative"), source_id=act.act_id, at=act.at, author=act.author or "author not named"
        )
    source = "medication administration" if act.drug and act.done else "medication order" if act.drug else "order"
    how = [told for told in (act.dose, act.route) if told and told.lower() not in act.text.lower()]
    return Indicator(
        text=f"{' '.join((act.text, *how))} {'given' if act.drug and act.done else 'ordered'}",
        source=source,
        source_id=act.act_id,
        at=act.at,
        author=act.author or RECORD_BY_SOURCE[source],
    )


def _of_answer(answer: Answer) -> Indicator:
    return Indicator(
        text=f"“{answer.text}”",
        source=source_of("query-response"),
        source_id=answer.query_id,
        at=answer.at,
        author=answer.author or "author not named",
        quote=answer.text,
        confidentiality=answer.confidentiality,
    )


def _of_listing(listing: Listing) -> Indicator:
    text = listing.text or listing.code
    source = "diagnosis list"
    return Indicator(text=text, source=source, source_id=listing.listing_id, at=listing.at, author=RECORD_BY_SOURCE[source])


def _of_culture(one: Culture) -> Indicator:
    source = "result"
    return Indicator(
        text=f"{one.name}: {one.text}",
        source=source,
        source_id=one.result_id,
        at=one.at,
        author=one.author or RECORD_BY_SOURCE[source],
        label="preliminary" if one.preliminary else None,
    )
