"""A rule that raises, or looks at more than any rule should, is suspended on that stay, with an alarm, and the line goes on (DESIGN §2).

What it did in its turn is taken back whole, so that all other questions are as if it had said nothing.  Its own question is held:
nothing moves, sends or presses it, and none is opened.  At each entry of the stay that this room looks at the rule is tried again,
by whatever revision and release then stand; what was corrected meanwhile is looked at then.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from opencdi.bus.room import Overlay
from opencdi.clinical.vocabulary import QueryCause
from opencdi.events.audiences import Alarm
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Suspended
from opencdi.queries.found import TooMuch
from opencdi.queries.questions import open_questions
from opencdi.queries.rule import Rule
from opencdi.settings import SOFTWARE


@contextmanager
def turn(work: Casework, rule: Rule) -> Iterator[bool]:
    """One rule's turn on the stay in hand: it stands whole, or is taken back whole and the rule is suspended.

    Told is whether this very rule looked at too much the last time: it is tried again, but costs the others no more time.

    What the machine does to us (memory, files) is no rule's doing, and ends the process.
    """
    records, states = work.records, work.states
    stay, corrected, moved, changed, said = records.stay, records.corrected, [*work.moved], [*work.changed], [*work.said]
    before = stay.suspended.get(rule.id)
    work.states = records.states = attempt = Overlay(states)
    if before:
        records.corrected = corrected | set(before.missed)
        records.update(rules_care=False, suspended={name: held for name, held in stay.suspended.items() if name != rule.id})
    try:
        yield before is not None and before.too_much and before.edition == _edition(rule)
        if before and len(work.said) == len(said):
            _tell(work, rule, "RULE_RESUMED")
    except (MemoryError, OSError):
        raise
    except Exception as error:
        work.states = records.states = states
        records.stay, work.moved[:], work.changed[:], work.said[:] = stay, moved, changed, said
        _suspend(work, rule, error, before, corrected)
    else:
        attempt.settle()
        work.states = records.states = states
    finally:
        records.corrected = corrected


def _suspend(work: Casework, rule: Rule, error: Exception, before: Suspended | None, corrected: set[str]) -> None:
    edition, too_much = _edition(rule), isinstance(error, TooMuch)
    missed = tuple(sorted({*(before.missed if before else ()), *corrected}))
    suspended = Suspended(edition=edition, missed=missed, too_much=too_much)
    if suspended == before:
        return
    work.records.update(rules_care=False, suspended={**work.records.stay.suspended, rule.id: suspended})
    if before and before.edition == edition:
        return
    # Where it happened, not what was said: an exception's text may quote a patient's record.
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{PurePath(place.filename).name}:{place.lineno}"
    reason = f"{rule.id} revision {rule.revision}: {type(error).__name__} at {where}"
    work.said.append(Alarm(room="queries", at=work.at, what="rule-suspended", entry_id=work.entry_id, reason=reason))
    _tell(work, rule, "RULE_SUSPENDED")


def _edition(rule: Rule) -> str:
    return f"{rule.revision}/{SOFTWARE}"


def _tell(work: Casework, rule: Rule, cause: QueryCause) -> None:
    """CDI hears that the rule's open questions are held, or no longer."""
    for query in open_questions(work, rule):
        work.tell_cdi_again(query, cause)
