"""Operations named by what is done and what it is done to: "carpal tunnel release", "removal of hardware", "inguinal hernia repair".

The act by itself is no operation ("dose reduction", "placement in rehab").  A condition or a device that the act's name holds is no
finding of its own: who had a hernia repair has no hernia.  What is still there when it is operated on, and what is chronic, stays
beside the act.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from opencdi.knowledge.operations import Act, Operations
from opencdi.knowledge.words import Words
from opencdi.nlp.mentioned import Mentioned

_OF: Final = "of"
_MOST: Final = 5
"""Words of what is done to, on either side of the act."""


def with_operations(mentions: list[Mentioned], text: str, words: Words, said: Sequence[str], table: Operations) -> list[Mentioned]:
    """The mentions, each act together with what it is done to; an act of which nothing says that is dropped."""
    found: list[Mentioned] = []
    swallowed = None
    for at, mention in enumerate(mentions):
        if mention is swallowed:
            continue
        if mention.kind != "procedure" or (act := table.acts.get(" ".join(said[mention.first : mention.last]))) is None:
            found.append(mention)
            continue
        first, named = _before(mention, act, found, text, words, said, table)
        following = mentions[at + 1] if at + 1 < len(mentions) else None
        last, swallowed, told = _behind(mention, act, following, said, table)
        if named or told:
            found.append(replace(mention, first=first, last=last))
        elif act.alone or mention.concept != act.slug:
            found.append(mention)  # a biopsy is one wherever it was taken, and so is what its company tells
    return found


def _before(
    mention: Mentioned, act: Act, found: list[Mentioned], text: str, words: Words, said: Sequence[str], table: Operations
) -> tuple[int, bool]:
    """Where the name begins, and whether what stands before the act is what it is done to.  What the name holds leaves `found`."""
    i, sites, named = mention.first, act.sites, False
    while i > 0 and mention.first - i < _MOST and text[words.ends[i - 1] : words.starts[i]].strip(" -") == "":
        before = found[-1] if found and found[-1].last == i else None
        if before is not None and _done_to(before, act):
            named = True
            if act.keeps or (before.chronic and before.kind == "diagnosis") or before.concept.startswith(table.kept):
                break
            i = found.pop().first
        elif before is None and said[i - 1] in sites:
            i, named = i - 1, True
        else:
            break
        sites = table.sites | act.sites  # "carpal" before "tunnel release"
    return i, named


def _behind(
    mention: Mentioned, act: Act, following: Mentioned | None, said: Sequence[str], table: Operations
) -> tuple[int, Mentioned | None, bool]:
    """Where the name ends, the device that it holds, and whether what it is done to stands behind "of"."""
    if said[mention.last] != _OF:
        return mention.last, None, False
    i = mention.last + 1
    while said[i] in table.between and i - mention.last < _MOST:
        i += 1
    if following is not None and following.first == i and _done_to(following, act):
        return (following.last, following, True) if following.kind == "device" else (mention.last, None, True)
    end = i
    while said[end] in table.sites and (following is None or end < following.first):
        end += 1
    if end == i or act.sites.isdisjoint(said[i:end]):
        return mention.last, None, False
    place_of_another = following is not None and following.first == end  # "resection of the inguinal mass"
    return (mention.last if place_of_another else end), None, True


def _done_to(mention: Mentioned, act: Act) -> bool:
    return mention.kind in act.to or mention.concept in act.to
