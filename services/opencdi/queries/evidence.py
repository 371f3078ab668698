"""Clinical indicators: what the record shows, quoted so that anyone can find it again (DOMAIN Q-02).

A superseded value is not in the record any more, our own question's words never were (DOMAIN F.8), and a copied paragraph counts
where it first stood (F.10): intake and nlp mark them, and nothing here brings them back.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from opencdi.clinical.paper import unit_on_paper
from opencdi.events.audiences import Indicator
from opencdi.events.wording import RECORD_BY_SOURCE, source_of
from opencdi.queries.chart import Act, Listing, Mention, Point

DECIMALS = {"ph-arterial": 2} | dict.fromkeys(
    ("creatinine", "lactate", "temperature", "wbc", "potassium", "hemoglobin", "albumin", "bilirubin-total", "bmi"), 1
)
"""Digits that are always written: a creatinine of 1.0 is not "1"."""
VITAL_SIGNS = frozenset(
    {"temperature", "heart-rate", "respiratory-rate", "spo2", "fio2", "oxygen-flow", "map", "sbp", "dbp", "gcs", "bmi", "weight", "height"}
)
NAME_BY_ANALYTE = {
    "wbc": "WBC", "spo2": "SpO2", "fio2": "FiO2", "map": "MAP", "sbp": "SBP", "dbp": "DBP", "gcs": "GCS", "bmi": "BMI", "bun": "BUN",
    "pao2": "PaO2", "paco2": "PaCO2", "ph-arterial": "arterial pH", "bilirubin-total": "total bilirubin", "oxygen-flow": "oxygen flow",
    "heart-rate": "heart rate", "respiratory-rate": "respiratory rate",
}  # fmt: skip


@dataclass(frozen=True)
class Cited:
    """What a sign rests on, and what kind it is of ("creatinine", "iv-fluid"): a question is asked again only for a new kind (Q-55).

    The indicator is written out only where somebody will read it: most signs are looked at and none asks.
    """

    kind: str
    told: Point | Mention | Act | Listing
    label: str | None = None

    @cached_property
    def indicator(self) -> Indicator:
        """The indicator, as the physician would see it."""
        match self.told:
            case Point():
                return _of_point(self.kind, self.told, self.label)
            case Mention():
                return _of_mention(self.told)
            case Act():
                return _of_act(self.told)
            case Listing():
                return _of_listing(self.told)

    @property
    def place(self) -> tuple[str, str, int]:
        """Where in the record this stands."""
        match self.told:
            case Point():
                return self.kind, self.told.measurement_id, 0
            case Mention():
                return self.kind, self.told.note_id, self.told.start
            case Act():
                return self.kind, self.told.act_id, 0
            case Listing():
                return self.kind, self.told.listing_id, 0


@dataclass(frozen=True, slots=True)
class Sign:
    """A condition was met at this instant, and by what: the indicators are the truth value."""

    at: datetime
    cited: tuple[Cited, ...]


def value_on_paper(analyte: str, point: Point) -> str:
    """The value as a clinician writes it: "creatinine 2.4 mg/dL"."""
    unit = unit_on_paper(point.unit)
    spaced = f" {unit}" if unit and unit != "%" else unit
    value = f"{point.value:g}"
    digits = DECIMALS.get(analyte, 0)
    if len(value.partition(".")[2]) < digits:
        value = f"{point.value:.{digits}f}"
    return f"{NAME_BY_ANALYTE.get(analyte, analyte.replace('-', ' '))} {point.comparator or ''}{value}{spaced}"


def _of_point(analyte: str, point: Point, label: str | None) -> Indicator:
    # A preliminary one says so (DOMAIN F.5).
    labels = [told for told in ("preliminary" if point.preliminary else None, label) if told]
    source = "vital sign" if analyte in VITAL_SIGNS else "result"
    return Indicator(
        text=value_on_paper(analyte, point),
        source=source,
        source_id=point.measurement_id,
        at=point.at,
        author=point.author or RECORD_BY_SOURCE[source],
        label=", ".join(labels) or None,
    )


def _of_mention(mention: Mention) -> Indicator:
    return Indicator(
        text=f"“{mention.text}”",
        source=source_of(mention.note_type),
        source_id=f"{mention.note_id}@{mention.revision}",
        at=mention.at,
        author=mention.author or (mention.author_role if mention.author_role != "unknown" else "author not named"),
        quote=mention.text,
        start=mention.start,
        end=mention.end,
        label=None if mention.counts or mention.authentication == "authenticated" else "unsigned",
        confidentiality=mention.confidentiality,
    )


def _of_act(act: Act) -> Indicator:
    source = "medication administration" if act.drug and act.done else "medication order" if act.drug else "order"
    return Indicator(
        text=f"{act.text} {'given' if act.drug and act.done else 'ordered'}",
        source=source,
        source_id=act.act_id,
        at=act.at,
        author=act.author or RECORD_BY_SOURCE[source],
    )


def _of_listing(listing: Listing) -> Indicator:
    text = listing.text or listing.code
    source = "diagnosis list"
    return Indicator(text=text, source=source, source_id=listing.listing_id, at=listing.at, author=RECORD_BY_SOURCE[source])
