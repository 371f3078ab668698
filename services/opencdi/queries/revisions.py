"""What each revision of a rule says, by hash: a question asked by revision 2 must be explainable by it as long as records are kept.

`revisions.lock` beside the rules is written by `opencdi rules lock`.  A rule that says something else under the same number stops the
service.  A revision that is not in it (a site's own rule) is no one's promise yet.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from opencdi.events.ids import content_hash
from opencdi.knowledge.tables import parsed
from opencdi.knowledge.yaml_places import Place
from opencdi.queries.rule import BadRule, Rule

FILE = "revisions.lock"
_HEAD = """\
# What each revision of each rule says: rule -> revision -> hash of the rule without its history and known gaps (`opencdi rules lock`).
# A rule that changes gets a new revision and a line of history.  A revision that never left this repository may be taken out here.
"""
Locked = Mapping[str, Mapping[int, str]]


def hash_of(rule: Rule) -> str:
    """Names what the rule says.  What it leaves to a default is not in it, nor is any order of fields: our own changes change no rule."""
    told = rule.model_dump(mode="json", exclude={"history", "known_gaps"}, exclude_defaults=True)
    return content_hash(json.dumps(told, sort_keys=True))[:16]


def locked(path: Path) -> Locked:
    """The revisions of a folder of rules that are locked; none where it has no such file."""
    file = path / FILE
    return parsed(file.read_bytes()) or {} if file.exists() else {}


def wrong_revision(path: Path, rule: Rule) -> Iterator[tuple[Place, str]]:
    """Says so where this revision was something else."""
    says = hash_of(rule)
    if locked(path).get(rule.id, {}).get(rule.revision, says) != says:
        yield ("revision",), f"the rule has changed and its revision has not: raise {rule.revision}, and say in history what changed"


def lock(path: Path, rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Writes down what these rules say now; the ids of those of which that is new.  Drafts wait.  Raises: `BadRule`."""
    told = {rule_id: dict(revisions) for rule_id, revisions in locked(path).items()}
    fresh = []
    for rule in rules:
        if rule.status == "draft":
            continue
        for _, why in wrong_revision(path, rule):
            raise BadRule(f"{rule.id}: {why}")
        if rule.revision not in told.setdefault(rule.id, {}):
            told[rule.id][rule.revision] = hash_of(rule)
            fresh.append(rule.id)
    (path / FILE).write_text(_HEAD + "".join(_line(rule_id, told[rule_id]) for rule_id in sorted(told)), encoding="utf-8")
    return tuple(fresh)


def _line(rule_id: str, revisions: Mapping[int, str]) -> str:
    said = ", ".join(f'{revision}: "{revisions[revision]}"' for revision in sorted(revisions))
    return f"{rule_id}: {{{said}}}\n"
