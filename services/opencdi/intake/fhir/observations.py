"""Observation: results and vital signs; the components of a panel are results of their own."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from opencdi.events.ids import keyed_hash
from opencdi.intake.fhir.orders import orders_behind
from opencdi.intake.fhir.reading import (
    Resource,
    at,
    coded,
    each,
    first,
    own_id,
    performer_in,
    reference_of,
    relative,
    time_in,
    version_time,
)
from opencdi.intake.tables import NO_OBSERVATION_YET, RESULT_STATUS_BY_FHIR
from opencdi.intake.told import Context, Item
from opencdi.intake.values import OF_THE_CHILD, OTHER_PERSON, measurement, unit_sent
from opencdi.knowledge.specimens import FLAW_BY_CODE, Flaw, flaws_in, specimen_words

_PEOPLE = ("Patient/", "RelatedPerson/", "BodyStructure/", "Group/")


def _value(holder: Resource) -> tuple[str, str] | None:
    """Value and unit as sent; None where there is none."""
    quantity = at(holder, "valueQuantity")
    if isinstance(quantity, dict) and (number := quantity.get("value")) is not None and not isinstance(number, bool | dict | list):
        sent = number.strip() if isinstance(number, str) else json.dumps(number)
        return first(quantity, "comparator") + sent, unit_sent(first(quantity, "code"), first(quantity, "unit"))
    for kind, ends, sign in (("valueRange", ("low", "high"), "-"), ("valueRatio", ("numerator", "denominator"), ":")):
        found = [at(holder, f"{kind}.{end}.value") for end in ends]
        if all(isinstance(number, int | float) for number in found):  # as SN says it: "5-10", "1:40"
            return sign.join(map(json.dumps, found)), unit_sent(*(first(holder, f"{kind}.{ends[0]}.{name}") for name in ("code", "unit")))
    concept = coded(at(holder, "valueCodeableConcept"))
    words = (concept.text or concept.code) if concept else first(holder, "valueString", "valueInteger", "valueDateTime", "valueTime")
    if not words and isinstance(at(holder, "valueBoolean"), bool):
        words = str(holder["valueBoolean"]).lower()
    return (words, "") if words else None


def _flag(holder: Resource) -> str | None:
    """The abnormal flag: HL7's own code (OBX-8) where it is among them, else whatever stands there, in words too."""
    codings = [coding for concept in each(holder, "interpretation") for coding in each(concept, "coding")]
    ours = (first(coding, "code") for coding in codings if "ObservationInterpretation" in first(coding, "system"))
    return next(filter(None, ours), "") or first(holder, "interpretation.0.coding.0.code", "interpretation.0.text") or None


def _reference(holder: Resource) -> str | None:
    """The one usual range, as a laboratory would print it; several, by age or sex, are none."""
    ranges = [one for one in each(holder, "referenceRange") if first(one, "type.coding.0.code") in ("", "normal")]
    if len(ranges) != 1:
        return None
    low, high = first(ranges[0], "low.value"), first(ranges[0], "high.value")
    unit = unit_sent(*(first(ranges[0], f"{end}.{name}") for end in ("high", "low") for name in ("code", "unit")))
    told = f"{low} - {high}" if low and high else f"<={high}" if high else f">={low}" if low else ""
    return f"{told} {unit}".strip() if told else first(ranges[0], "text") or None


def _of_another(resource: Resource) -> bool:
    """Whether `focus` says that this is about a fetus, a donor or a relative, and not about the patient in whose chart it is."""
    subject = reference_of(resource, "subject")
    for focus in each(resource, "focus"):
        whose = relative(first(focus, "reference"))
        if OF_THE_CHILD.search(first(focus, "display")) or (whose.startswith(_PEOPLE) and whose != subject):
            return True
    return False


def _words(holder: Mapping[str, Any], path: str) -> list[str]:
    """All that CodeableConcepts there say: codes, displays, text."""
    concepts = list(each(holder, path))
    told = [first(coding, name) for concept in concepts for coding in each(concept, "coding") for name in ("code", "display")]
    return [word for word in (*told, *(first(concept, "text") for concept in concepts)) if word]


def _flaws(resource: Resource, holder: Resource, specimen: Mapping[str, Any]) -> tuple[Flaw, ...]:
    """What was wrong with the specimen, by its own condition and by all that is said beside the value."""
    conditions = _words(specimen, "condition")
    said: list[Flaw] = [FLAW_BY_CODE[code] for code in conditions if code in FLAW_BY_CODE]
    if first(specimen, "status") == "unsatisfactory":
        said.append("SPECIMEN_REJECTED")
    notes = [first(note, "text") for told in (resource, specimen) for note in each(told, "note")]
    beside = [word for path in ("interpretation", "dataAbsentReason", "valueCodeableConcept") for word in _words(holder, path)]
    for words in (*conditions, *notes, *beside, first(holder, "valueString")):
        said.extend(flaws_in(words))
    return tuple(dict.fromkeys(said))


def observations_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """The results in one Observation; none for a status that has no result yet, or a panel that only names its members."""
    told = first(resource, "status")
    if told in NO_OBSERVATION_YET:
        return []
    status = RESULT_STATUS_BY_FHIR.get(told, "preliminary")
    if told not in RESULT_STATUS_BY_FHIR:
        problems.append(("RESULT_STATUS_UNKNOWN", "Observation.status"))
    told_at = version_time(resource, context, "issued", "meta.lastUpdated")
    taken_at = (
        time_in(resource, context, "effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued", problems=problems) or told_at
    )
    reference = relative(first(resource, "specimen.reference"))
    taken = context.beside.get(reference, {})
    of = coded(at(taken, "type"))
    specimen = first(resource, "specimen.display") or ((of.text or of.code) if of else None)
    kind = " ".join([specimen or "", *_words(taken, "type")]).strip()
    kind_of_specimen = specimen_words(kind, " ".join(_words(taken, "collection.bodySite")))
    method = coded(at(resource, "method"))
    of_another = _of_another(resource)
    orders = orders_behind(resource, context)
    found: list[Item] = []
    seen: Counter[str] = Counter()
    for holder in (resource, *each(resource, "component")):
        code, value = coded(at(holder, "code")), _value(holder)
        if code is None or (value is None and status != "withdrawn"):
            continue
        if value is None and any(True for _ in each(resource, "component")) and holder is resource:
            continue
        sent, unit = value or ("", "")
        extra: tuple[str, ...] = ()
        if holder is not resource:
            name = code.code or code.text
            seen[name] += 1
            extra = (name,) if seen[name] == 1 else (name, str(seen[name]))  # several of one code, as OBX-4 tells them apart
        fact = measurement(
            context,
            measurement_id=own_id(resource, context, "observation", *extra),
            code=code,
            sent=sent,
            unit=unit,
            status=status,
            taken_at=taken_at,
            abnormal=_flag(holder),
            specimen=specimen,
            specimen_id=keyed_hash(context.key, "specimen", context.feed, reference)
            if (reference := relative(first(resource, "specimen.reference")))
            else None,
            kind_of_specimen=kind_of_specimen,
            flaws=_flaws(resource, holder, taken),
            reference=_reference(holder),
            method=(method.text or method.code) if method else None,
            performer=performer_in(resource, context),
        )
        fact = fact.model_copy(update={"problem": OTHER_PERSON}) if of_another else fact
        found.append(Item(fact, ("0" if status == "preliminary" else "1", told_at.sortable), orders))
    return found
