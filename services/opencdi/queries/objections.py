"""Why a mention is no statement that a condition or a rule may rest on: in words, for whoever asks why a rule kept silent.

`conditions` asks here too: what has no objection counts.  So the reason that is told is the reason that decided.
"""

from collections.abc import Iterator

from opencdi.queries.condition import Stated
from opencdi.queries.told import Mention


def to_being_so(mention: Mention) -> Iterator[str]:
    """Why it does not affirm the condition, of this patient and now; nothing where it does."""
    if mention.experiencer != "patient":
        yield f"said of somebody else ({mention.experiencer})"
    if mention.ruled_out:
        yield "ruled out" if mention.certainty == "ruled-out" else "denied"
    elif mention.assertion != "present" or mention.certainty != "certain":
        yield f"uncertain ({mention.certainty if mention.certainty != 'certain' else mention.assertion})"
    if mention.temporality == "hypothetical":
        yield "hypothetical"
    if mention.active == "no":
        yield "historical" if mention.temporality == "historical" else "not active now"


def to_its_author(mention: Mention) -> Iterator[str]:
    """Why it is no authenticated word of a provider (DOMAIN F.6); nothing where it is."""
    if mention.counts:
        return
    if mention.author_role != "provider" and not mention.attested:
        yield f"its author is no provider ({mention.author_role})"
    if mention.authentication != "authenticated":
        yield f"its note is {mention.authentication}"
    if mention.authentication == "authenticated" and (mention.author_role == "provider" or mention.attested):
        yield f"a note of that type does not count ({mention.note_type})"


def to_stating(condition: Stated, mention: Mention) -> Iterator[str]:
    """Why it is no statement that this condition asks for; nothing where it is one."""
    yield from to_being_so(mention)
    if mention.copied:
        yield "copied from an earlier note"
    if condition.note_types and mention.note_type not in condition.note_types:
        yield f"in a note of another type ({mention.note_type})"
    if condition.sections and mention.section not in condition.sections:
        yield f"in another section ({mention.section})"
    if condition.by == "provider":
        yield from to_its_author(mention)
    for name, value in condition.having.items():
        if (name not in mention.attributes) if value is None else (mention.attributes.get(name) != value):
            yield f"does not tell its {name}" if value is None else f"its {name} is not {value}"
