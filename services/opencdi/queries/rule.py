"""A documentation rule as its file states it (`rules/queries/*.yaml`); read strictly at start, so that a bad rule stops the service.

Data never computes and code never knows a rule's id: what a rule may say is `opencdi.queries.condition`.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import yaml
from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator

from opencdi.clinical.vocabulary import EncounterClass, GapType
from opencdi.events.ids import content_hash
from opencdi.knowledge.adopted import SiteLimit
from opencdi.knowledge.site import SiteData
from opencdi.knowledge.tables import ToldTwice, parsed
from opencdi.knowledge.yaml_places import Place, said_wrong, told_at, unknown_word
from opencdi.queries.condition import Condition, OrganDysfunction
from opencdi.queries.condition_parts import with_inner
from opencdi.queries.form import Form

Severity = Literal[1, 2, 3]


class BadRule(ValueError):
    """A rule file that cannot be used: which file, which field, why."""


class Quantity(Form):
    """A number and its UCUM unit ("1" where it is a ratio or a count)."""

    value: float
    unit: str = "1"


class Effective(Form):
    """The discharge dates for which the rule holds."""

    since: date
    until: date | None = None


class Revised(Form):
    """One line of the rule's history."""

    revision: int
    made_on: date
    change: str


class Preconditions(Form):
    """Whom the rule may ask about.  A class that is not listed is silent (DOMAIN D.12: observation by default)."""

    age_min: int = 18
    classes: tuple[EncounterClass, ...] = ("inpatient",)
    never: tuple[str, ...] = ("comfort-care", "pregnancy")  # concepts of the record


class Documentation(Form):
    """A concept, with `having` only where providers tell these of it too, in one note or in several (malnutrition with its severity).

    `having`: attributes, with a list of values only where one of them is told (anemia of the type "acute-blood-loss").
    """

    concept: str
    having: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("having", mode="before")
    @classmethod
    def _any_value(cls, told: Any) -> Any:
        return dict.fromkeys(told, ()) if isinstance(told, list) else told

    def told_by(self, attributes: Mapping[str, Collection[str]]) -> bool:
        """Whether these say all of it."""
        return all(
            name in attributes and (not values or not set(values).isdisjoint(attributes[name])) for name, values in self.having.items()
        )


class AnswerOption(Form):
    """One answer.  `needs`: offered only where the record shows it (Q-12).  `codes` are internal and never leave for the provider."""

    id: str
    text: str
    diagnosis: str | None = None
    tells: dict[str, str] = Field(default_factory=dict)  # of the attributes that `satisfied_by` asks for: what this answer says
    codes: tuple[str, ...] = ()
    sequenced_first: bool = False  # where present on admission it becomes the principal diagnosis (Guideline I.C.1.d.4)
    needs: Condition | None = None
    free_text: bool = False
    tail: bool = False  # other, undetermined, not significant: after the diagnoses, in the order of the file


class Cooldown(Form):
    """How long a condition rests after a person decided (Q-55); afterwards only a new kind of indicator may ask again."""

    after_decision_h: float = 72


class Rest(Form):
    """The words for what is left of a question of which documentation has answered a part."""

    why: str
    question: str


class Rule(Form):
    """What the record would show, what would have been written, and what may be asked."""

    id: str = Field(pattern=r"^D-\d{2,}[a-z]?$")  # a letter where one entry of the catalogue asks about several conditions
    revision: int = Field(ge=1)
    status: Literal["draft", "active", "retired"]
    type: GapType
    condition: str
    told_to: Literal["provider", "cdi"] = "provider"  # cdi: nobody is asked; CDI is told that `when` is met (DOMAIN D-84)
    yields_to: tuple[str, ...] = ()  # ids of more specific rules: while one of them has asked, this one does not
    definition_id: str
    effective: Effective
    history: tuple[Revised, ...]
    references: tuple[str, ...] = Field(min_length=1)
    severity: Severity  # clinical, for the specialist's list: how much harm an unclear record may do
    thresholds: dict[str, Quantity] = Field(default_factory=dict)
    definitions: dict[str, Condition] = Field(default_factory=dict)
    notices: dict[str, Condition] = Field(default_factory=dict)  # told to CDI where met, asked or not (DOMAIN B62)
    preconditions: Preconditions = Preconditions()
    documented: tuple[str, ...] = ()  # concepts that are quoted under "Documented"
    each: bool = False  # one question for each diagnosis or procedure that `when` is met of
    when: Condition
    supporting: tuple[Condition, ...] = ()  # shown where present, not required
    contrary: tuple[Condition, ...]
    unless: dict[str, Condition] = Field(default_factory=dict)
    satisfied_by: tuple[Documentation, ...] = ()
    not_satisfied_by: tuple[str, ...] = ()  # concepts that are less than the diagnosis: where they are written, the question stands
    title: str = ""
    why: str = ""
    question: str = ""
    rest: dict[str, Rest] = Field(default_factory=dict)  # by the attributes that are still open, "acuity" or "acuity+type"
    options: tuple[AnswerOption, ...] = ()
    cooldown: Cooldown = Cooldown()
    known_gaps: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _asks_or_tells(self) -> Self:
        words = (self.title, self.why, self.question, self.options)
        if any(words) if self.told_to == "cdi" else not all(words):
            raise ValueError("a rule has title, why, question and options where a provider is asked, and only there")
        return self

    @property
    def stands_by_itself(self) -> bool:
        """Whether `when` alone says that the record is unclear, and is settled once that is so no more: what is documented is the question.

        A missing or an unspecific diagnosis is settled by being documented; a value that was beyond its limit stays a fact.  What is
        unspecific and no diagnosis, a procedure of which nobody told the kind, names nothing that would satisfy it.
        """
        return self.type not in ("missing-diagnosis", "unspecific") or (self.type == "unspecific" and not self.satisfied_by)

    @property
    def about(self) -> str:
        """The one diagnosis or procedure that it asks about, of those that `when` is met of."""
        return self.condition.partition("/")[2]

    def asking(self, condition: str) -> "Rule":
        """This rule as it asks that question: about one of those that it may ask about each by itself."""
        return self if condition == self.condition else self.model_copy(update={"condition": condition})

    def conditions(self) -> Iterator[Condition]:
        """Every condition of the rule, inner ones too."""
        for condition in self.top():
            yield from with_inner(condition)

    def top(self) -> Iterator[Condition]:
        """The outermost conditions."""
        yield self.when
        yield from self.definitions.values()
        yield from self.notices.values()
        yield from self.supporting
        yield from self.contrary
        yield from self.unless.values()
        yield from (option.needs for option in self.options if option.needs is not None)

    def limit(self, name: str, site: SiteData) -> float:
        """A threshold as the site's medical staff has set it, else as shipped."""
        return (self.set_by_site(name, site) or self.thresholds[name]).value

    def set_by_site(self, name: str, site: SiteData) -> SiteLimit | None:
        """The site's own limit of that name; one in another unit than the rule's is none of it."""
        adoption = site.definitions.get(self.definition_id)
        told = adoption.thresholds.get(f"{self.id}.{name}") if adoption else None
        return told if told and told.unit == self.thresholds[name].unit else None

    def adopted(self, site: SiteData, as_shipped: str) -> str:
        """Which of its definitions the site has adopted."""
        adoption = site.definitions.get(self.definition_id)
        return adoption.adopted if adoption and adoption.adopted in self.definitions else as_shipped

    @cached_property
    def reads(self) -> frozenset[str]:
        """The records of notes that it looks at itself, and not through its conditions: what answers it, excludes it, is quoted."""
        told = {one.concept for one in self.satisfied_by} | set(self.documented) | set(self.preconditions.never)
        return frozenset(f"concept/{concept}" for concept in told)

    def concepts(self) -> frozenset[str]:
        """The concepts of notes that this rule reads."""
        read = {concept for c in self.conditions() for concept in getattr(c, "concepts", ())}
        read |= {device for c in self.conditions() for device in getattr(c, "devices", ())}
        read |= {one for c in self.conditions() if isinstance(c, OrganDysfunction) for told in c.chronic.values() for one in told}
        answered = {option.diagnosis for option in self.options if option.diagnosis}
        documents = {documentation.concept for documentation in self.satisfied_by}
        return frozenset(read | answered | documents | set(self.documented) | set(self.preconditions.never))


_SHAPE: TypeAdapter[Rule] = TypeAdapter(Rule)


class RuleFile(NamedTuple):
    """One rule, with the file in which it is written."""

    name: str
    written: bytes
    told: Any
    rule: Rule

    def wrong(self, place: Place, why: str) -> str:
        """What is wrong, and where, in one line."""
        return said_wrong(self.name, self.written, place, why)


def read_file(path: Path) -> RuleFile:
    """The rule in a file.  Raises: `BadRule` for what is no rule; whether its words are known is `opencdi.queries.lint_rules`."""
    written = path.read_bytes()
    try:
        told = parsed(written)
        return RuleFile(path.name, written, told, _SHAPE.validate_python(told))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place, why = told_at(told, first["loc"]), first["msg"]
        if first["type"] == "union_tag_invalid":
            place, why = (*place, "kind"), unknown_word("condition", first["ctx"]["tag"], first["ctx"]["expected_tags"].split("'")[1::2])
        raise BadRule(said_wrong(path.name, written, place, why)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadRule(f"{path.name}:{mark.line + 1 if mark else 1}: not YAML") from None
    except ToldTwice as error:
        raise BadRule(f"{path.name}: told twice: {error}") from None


@lru_cache(maxsize=8)
def load_rules(path: Path) -> tuple[Rule, ...]:
    """All active rules of a folder, by id; raises `BadRule` for the first thing that is wrong with one of them."""
    from opencdi.queries.lint_once import refuse_wrong  # it reads rules, too

    refuse_wrong(path)
    return tuple(rule for rule in all_rules(path) if rule.status == "active")


def all_rules(path: Path) -> tuple[Rule, ...]:
    """All rules of a folder, drafts and retired ones too."""
    return tuple(file.rule for file in rule_files(path))


def rule_files(path: Path) -> tuple[RuleFile, ...]:
    """The same with their files."""
    files: dict[str, RuleFile] = {}
    for one in sorted(path.glob("D-*.yaml")):
        file = read_file(one)
        if file.rule.id in files:
            raise BadRule(file.wrong(("id",), f"{file.rule.id} exists already"))
        files[file.rule.id] = file
    if not files:
        raise BadRule(f"{path.name}: no rule in it")
    return tuple(files[name] for name in sorted(files))


def edition(rules: tuple[Rule, ...]) -> str:
    """Names these exact rules, for `made_by`."""
    return content_hash("\n".join(rule.model_dump_json() for rule in rules))[:12]
