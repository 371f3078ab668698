"""Site data: what one hospital means by its codes, and what its policy is.  Data with a revision; changes arrive on `inbound`.

The default (`rules/sites/default.yaml`) holds HL7's own tables.  Unmapped never means inpatient, home, or any other default: it
means no DRG and a visible problem (DOMAIN F.4).
"""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from opencdi.clinical.vocabulary import AuthorRole, EncounterClass, GapType, NoteType, SiteTable
from opencdi.knowledge.adopted import Adoption, SiteLimit
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.escalation_policy import EscalationPolicy
from opencdi.knowledge.tables import parsed
from opencdi.knowledge.yaml_places import said_wrong, told_at


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError("no such time zone") from None
    return name


PatientStatus = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
"""UB-04 patient status."""


Share = Annotated[float, Field(ge=0, le=1)]

_LOINC = re.compile(r"([0-9]{1,7})-([0-9])", re.ASCII)
_READ_AT_INTAKE = {*get_args(SiteTable), "confidentiality_by_code"}
KEPT_AFTER_BILL = timedelta(days=30)
"""So long after the bill dropped the rooms forget a closed stay (DESIGN §2)."""


class AutoSend(BaseModel):
    """A written policy: this revision of this rule may reach a physician without a specialist's approval (DOMAIN B69), by whose word.

    It holds for what was signed: the rule as `says` names it (its hash, as in `revisions.lock`), by the definition that the site had
    adopted, with the limits that the site had set; "" and none where these were the rule's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_id: str
    revision: int
    says: str = ""  # one that does not name it was signed over nothing: it is read, and sends nothing
    adopted: str = ""  # "sepsis-3"
    limits: dict[str, SiteLimit] = Field(default_factory=dict)  # "D-11.delta", as in the site's own definitions
    approved_by: Annotated[str, Field(min_length=1)]
    approved_on: date


def _written(told: object) -> object:
    """A rule's id alone, as earlier releases had it, names nobody who approved it: it is read, and sends nothing."""
    return [one for one in told if not isinstance(one, str)] if isinstance(told, list | tuple) else told


class SiteData(BaseModel):
    """One hospital's tables and policies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "default"
    revision: int = 1
    timezone: Annotated[str, AfterValidator(_zone)] = "America/New_York"
    golive_at: AwareDatetime | None = None  # what a feed sends from before makes history and baselines only (DOMAIN F.18)

    # --- intake: the sender's code -> ours
    class_by_code: dict[str, EncounterClass] = Field(default_factory=dict)  # PV1-2, or "PV1-2/PV1-18"
    disposition_by_code: dict[str, PatientStatus] = Field(default_factory=dict)  # PV1-36 -> UB-04 patient status
    note_type_by_code: dict[str, NoteType] = Field(default_factory=dict)  # TXA-2, OBR-4, LOINC document codes
    confidentiality_by_code: dict[str, str] = Field(default_factory=dict)  # the same codes -> "R", "V", whatever is sent (DOMAIN F.17)
    author_role_by_code: dict[str, AuthorRole] = Field(default_factory=dict)
    loinc_by_local_code: dict[str, str] = Field(default_factory=dict)  # "code^system" -> LOINC
    inpatient_order_codes: tuple[str, ...] = ()
    series_feeds: tuple[str, ...] = ()  # feeds whose OBX-14 makes a new result, not a new version (DOMAIN F.5)
    authority_by_name: dict[str, str] = Field(
        default_factory=dict
    )  # PID-3.4, PV1-19.4, identifier.system: the names of one authority -> one
    visit_system: str | None = None  # FHIR: the Encounter.identifier system that equals PV1-19 (None: the first identifier)
    code_year: int | None = None  # group under this fiscal year whatever the date (recordings with shifted dates)

    # --- nlp
    reader: Annotated[str, Field(min_length=1, max_length=80)] = "rules"  # who reads the notes: rules, medspacy, or one of the site's own

    # --- policy
    authentication_default: Literal["authenticated", "unsigned"] = "authenticated"
    query_is_record: bool = False  # DOMAIN F.9
    definitions: dict[str, Adoption] = Field(default_factory=dict)  # "SEPSIS-SITE" -> what the medical staff adopted (DOMAIN B62)
    yields: dict[str, Share] = Field(default_factory=dict)  # "D-11" -> of its questions here, how many ended in documentation (DOMAIN B74)
    delivery: DeliveryPolicy | None = None  # how the outbound ledger hands questions over; without it each goes as soon as it is sent
    auto_send_rules: Annotated[tuple[AutoSend, ...], BeforeValidator(_written)] = ()  # none by default, and never a validation
    second_review: tuple[GapType, ...] = ("unsupported-diagnosis",)  # two people approve these before they are sent
    reminder_hours: tuple[int, ...] = (24, 48, 72)
    escalation: EscalationPolicy | None = None  # who hears that nobody answers, by severity; without it the reminders go for all alike
    bill_hold_days: int = 4
    answers_due_hours: Annotated[int, Field(ge=0)] = (
        24  # so long before the bill drops, an answer that no note tells is pressing (B77, F.15)
    )
    summary_substitute_for: tuple[str, ...] = ("02", "20", "40", "41", "42")  # dispositions (transfer, death) where the last note will do
    documents_silence_hours: float = 1.0  # no shorter silence of a documents feed is an outage, whatever its own rhythm (DOMAIN F.7)

    @model_validator(mode="before")
    @classmethod
    def _as_told_before(cls, told: Any) -> Any:
        """Site data of before there were adoptions name two fields more; where they set nothing, nothing is lost."""
        if isinstance(told, dict) and not told.get("thresholds") and told.get("sepsis_definition") in (None, "sepsis-2"):
            return {name: value for name, value in told.items() if name not in ("thresholds", "sepsis_definition")}
        return told

    def policy(self) -> dict[str, object]:
        """All but the tables by which intake reads the senders' codes."""
        return self.model_dump(exclude={"revision", *_READ_AT_INTAKE})


def mapped(site: SiteData, table: SiteTable, code: str, to: str | None) -> SiteData:
    """These site data with that code of a sender meaning `to` (None: nothing any more), one revision later.

    The same site data where the code means that already; raises `ValueError` where the table cannot hold it.
    """
    rows: dict[str, str] = getattr(site, table)
    if rows.get(code) == to:
        return site
    if to is not None and table == "loinc_by_local_code" and not _is_loinc(to):
        raise ValueError("not a LOINC code, or its check digit is wrong")
    if to == "unmapped":
        raise ValueError("a code that means nothing is withdrawn (null)")
    rows = {known: meant for known, meant in rows.items() if known != code} | ({} if to is None else {code: to})
    return SiteData.model_validate({**site.model_dump(), table: rows, "revision": site.revision + 1})


def _is_loinc(code: str) -> bool:
    """Digits, a hyphen, and the check digit (mod 10, as LOINC's own manual computes it): a slip of the keyboard is no other test."""
    if not (match := _LOINC.fullmatch(code)):
        return False
    doubled = [str(2 * int(digit)) if place % 2 == 0 else digit for place, digit in enumerate(reversed(match[1]))]
    return (sum(map(int, "".join(doubled))) + int(match[2])) % 10 == 0


def load_site(path: Path) -> SiteData:
    """Site data from YAML; raises `ValueError` naming file, line and field of what is wrong."""
    written = path.read_bytes()
    told = parsed(written)
    try:
        return SiteData.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(said_wrong(path.name, written, told_at(told, first["loc"]), first["msg"])) from None
