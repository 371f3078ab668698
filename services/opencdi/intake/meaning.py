"""What a fact means by the site's tables: by those of today, though it was mapped by others (DOMAIN F.4, E.1)."""

from opencdi.events.facts import Fact, MeasurementResulted, NoteFiled
from opencdi.intake.tables import names_note_type, note_type_of
from opencdi.intake.told import Context
from opencdi.intake.values import measurement
from opencdi.knowledge.site import SiteData

_MAPPED = ("analyte", "value", "unit", "comparator", "text", "usual_low", "usual_high", "problem")


def read_anew(context: Context, fact: Fact, before: SiteData | None = None) -> Fact:
    """The same fact by the tables of `context`; `before` are those under which it was filed, where they are known."""
    match fact:
        case MeasurementResulted():
            return _measured(context, fact)
        case NoteFiled(type_code=code) if code is not None:
            by_table = before is not None and names_note_type(code, before)
            return fact.model_copy(update={"note_type": note_type_of(code, context.site, "other" if by_table else fact.note_type)})
        case _:
            return fact


def _measured(context: Context, fact: MeasurementResulted) -> MeasurementResulted:
    """Analyte, unit and value from what was sent; what is wrong with the specimen or the time stays wrong."""
    now = measurement(
        context,
        measurement_id=fact.measurement_id,
        code=fact.code,
        sent=fact.sent_value or "",
        unit=fact.sent_unit or "",
        status=fact.status,
        taken_at=fact.taken_at,
        kind_of_specimen=fact.specimen or "",
        flaws=fact.flaws or (),
        reference=fact.sent_range,
    )
    mapped = _MAPPED[:-1] if fact.problem == "FUTURE_TIME" else _MAPPED  # it was so when it came
    return fact.model_copy(update={name: getattr(now, name) for name in mapped})
