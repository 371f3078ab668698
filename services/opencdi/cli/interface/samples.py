"""The sample messages (`schemas/interface`), and what intake makes of them: a synthetic hospital's, with corrections."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opencdi.bus.room import Overlay, Record, Room
from opencdi.bus.stepping import Stepper
from opencdi.cli.interface.asked import Asked
from opencdi.events.audiences import MessageEnded
from opencdi.events.entry import read_entry
from opencdi.events.facts import Fact
from opencdi.events.inbound import Inbound
from opencdi.events.pages import FactsPage
from opencdi.events.topics import CHART, INBOUND, OUTCOMES
from opencdi.intake.fhir.mapping import resources_in, told_by_fhir
from opencdi.intake.fhir.reading import at
from opencdi.intake.hl7v2.mapping import told_by_hl7
from opencdi.intake.hl7v2.message import read_message
from opencdi.intake.room import intake_room
from opencdi.intake.time import hl7_time
from opencdi.intake.told import Context, Told
from opencdi.knowledge.site import SiteData, load_site
from opencdi.knowledge.tables import parsed
from opencdi.settings import data_root, rules_dir

_KEY = b"a key for examples"


@dataclass(frozen=True)
class Sample:
    """One message, and the names of those that came before it."""

    name: str
    about: str
    after: tuple[str, ...]
    body: bytes

    @property
    def fhir(self) -> bool:
        """Whether it is FHIR; else HL7 v2."""
        return self.name.endswith(".json")


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a message: the facts with the encounters that they are about, and the outcome."""

    facts: tuple[Fact, ...]
    encounters: tuple[str, ...]
    ended: MessageEnded


class Samples:
    """All samples, at a hospital whose site data they name."""

    def __init__(self) -> None:
        """Read them, with `samples.yaml`, which says what each tells and what came before it."""
        folder = data_root() / "schemas" / "interface"
        told = parsed((folder / "samples.yaml").read_bytes())
        self.asked = Asked()
        site = load_site(rules_dir() / "sites" / "default.yaml")
        more = {name: getattr(site, name) | value if isinstance(value, dict) else value for name, value in told["site"].items()}
        self.site = SiteData.model_validate(site.model_dump() | more)
        self._watched = self.asked.watched(self.site)
        self.room: Room = intake_room(lambda _tenant: _KEY, self.site)
        self.by_name = {
            one["file"]: Sample(one["file"], one["about"], tuple(one.get("after", ())), _body(folder / one["file"]))
            for one in told["samples"]
        }
        self._before: dict[tuple[str, ...], Overlay] = {}
        self._sent: dict[str, datetime] = {}
        for name, sample in self.by_name.items():
            self._sent[name] = _sent_at(sample) + timedelta(seconds=1)

    def __iter__(self) -> Iterator[Sample]:
        """In the order of the file."""
        return iter(self.by_name.values())

    def made_of(self, sample: Sample, body: bytes | None = None, after: tuple[str, ...] | None = None) -> Made:
        """What intake makes of it, or of another body in its place, after the messages that it names, or others."""
        return self._step(Overlay(self._history(sample.after if after is None else after)), sample, body or sample.body)

    def told_by(self, sample: Sample, body: bytes) -> list[Told]:
        """What the mapping alone reads in it; which codes it looks up is noted in `asked`."""
        self.asked.keys.clear()
        context = self.context(sample, self._watched)
        return told_by_fhir(resources_in(body), context) if sample.fhir else told_by_hl7(read_message(body), context)

    def context(self, sample: Sample, site: SiteData) -> Context:
        """What the mapping may look at beside this message."""
        return Context(_KEY, site, self._sent[sample.name], "sample")

    def _history(self, names: tuple[str, ...]) -> Overlay:
        if names not in self._before:
            states = Overlay(self._history(names[:-1]) if names else {})
            if names:
                self._step(states, self.by_name[names[-1]], self.by_name[names[-1]].body)
            self._before[names] = states
        return self._before[names]

    def _step(self, states: Overlay, sample: Sample, body: bytes) -> Made:
        kind = "cdi.inbound.fhir" if sample.fhir else "cdi.inbound.hl7v2"
        inbound = Inbound(sample.name, kind, "sample", "sample", self._sent[sample.name], body)  # type: ignore[arg-type]  # kind: one of its two words
        facts: list[Fact] = []
        encounters: list[str] = []
        for out in Stepper(self.room).step(states, Record(INBOUND.name, "sample", body, inbound.headers())):
            if out.topic == OUTCOMES:
                ended = MessageEnded.read(out.value)
            elif out.topic == CHART:
                entry = read_entry(out.value)
                page = entry.page(FactsPage)
                encounters.append(str(entry.envelope.encounter_id))
                facts.extend(page.facts if page else ())
        return Made(tuple(facts), tuple(encounters), ended)


def _sent_at(sample: Sample) -> datetime:
    """MSH-7; when the last of the resources was written."""
    if not sample.fhir:
        sent = hl7_time(read_message(sample.body).header.first(7), UTC)
        return sent.at if sent else datetime.min.replace(tzinfo=UTC)
    return max(datetime.fromisoformat(str(at(resource, "meta.lastUpdated"))) for resource, *_ in resources_in(sample.body))


def _body(file: Path) -> bytes:
    content = file.read_bytes()
    return content if file.suffix == ".json" else content.replace(b"\n", b"\r")
