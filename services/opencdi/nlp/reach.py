"""How far a cue reaches: over a list and its commas, up to words that begin another statement (after ConText: Harkema, Chapman 2009)."""

from typing import Final

from opencdi.nlp.around import Hit, Surroundings
from opencdi.nlp.clauses import CLAUSE_ENDS, another_clause, clause_opened, label_in, next_clause, question_before
from opencdi.nlp.cues import Cue
from opencdi.nlp.denials import its_own_item, its_subject, taken_as_given, who_has_it

_WITHIN_A_LABEL: Final = frozenset({"absent", "possible", "long-standing", "ongoing", "resolved", "new"})
"""What one label of a form says is not said of the next; a history's labels ("PMH: cardiac: CAD") are all history."""
_STOPPED_AS: Final = {"long-standing": "historical", "allergy": "historical", "done": "historical", "before-visit": "historical"}
"""What is lasting, a reaction and an event that is over end where the past does; so does what was before a visit."""
_LISTS_END_AT_A_DOUBT: Final = frozenset({"absent", "historical", "done"})
_VERB_NEAR: Final = 4
_OBJECT_NEAR: Final = 3
"""Words between the verb of a clause and what the clause says is there."""
_PREDICATE_NEAR: Final = 6
"""Words between a disease and what is thought of it, "was considered", where no list stands between."""
_LIST_LENGTH: Final = 40
"""Words behind a mention in which its list may still close with "or"."""


def reaches(hit: Hit, around: Surroundings) -> bool:
    """Whether what the cue says is said of the mention."""
    first, last, cue = hit
    mention = around.mention
    if cue.kinds and mention.kind is not None and mention.kind not in cue.kinds:
        return False
    match cue.place:
        case "before":
            behind = around.words[mention.last : min(mention.last + _LIST_LENGTH, around.stop)] if cue.closing else []
            if cue.closing and cue.closing.isdisjoint(behind[: next_clause(behind)]):
                return False
            if cue.makes == "allergy" and not cue.within and not (_opens(first, around) or _opens(first - 1, around)):
                return False  # "developed contrast nephropathy", "after a morphine overdose"
            if cue.via and cue.via.isdisjoint(around.words[last : mention.first]):
                return False
            if cue.unless and not cue.unless.isdisjoint(around.words[last : mention.first]):
                return False
            return 0 <= mention.first - last <= cue.within and _speaks_of_what_follows(hit, around)
        case "opening":
            return (
                0 <= mention.first - last <= cue.within
                and _opens(first, around)
                and ")" not in around.words[last : mention.first]
                and (cue.makes != "historical" or not around.speaks_of_now(last, mention.first))
                and not around.ended("opening", _admitted_then(last, around) if _may_be_old(hit, around) else last, mention.first)
            )
        case "after":
            return 0 <= first - mention.last <= cue.within and _speaks_of_what_precedes(hit, around)
        case "shared":
            return 0 <= first - mention.last <= cue.within and _shares(first, around)
        case "answers":
            return (
                0 <= first - mention.last <= cue.within
                and question_before(around.words[mention.last : first])
                and around.clause_over(last)
                and _is_one_statement(hit, around)
            )
        case _:
            return False  # persons: nlp.experiencer


def _admitted_then(at: int, around: Surroundings) -> int:
    """Behind a coming to hospital that is the first thing told of the time before that word: "Last winter | he was admitted with | ..."."""
    words = around.words
    begin = at + (words[at] == ",")
    for first, last, cue in around.hits:
        if cue.makes == "end" and cue.of == "opening" and begin <= first:
            return last if first - begin <= _VERB_NEAR and around.cues.words.present_tense.isdisjoint(words[begin:last]) else at
    return at


def _may_be_old(hit: Hit, around: Surroundings) -> bool:
    """Whether a coming to hospital at that time may be an earlier one; a symptom or a time of weeks tells of today's illness."""
    return not hit[2].kinds and around.mention.kind != "symptom"


def _shares(first: int, around: Surroundings) -> bool:
    """Whether the mention opens its clause and is joined to the word before that cue: "Seizure, fall and bleeding | precautions"."""
    words, told, begin, last = around.words, around.cues.words, around.mention.first, around.mention.last
    if begin > around.begin and words[begin - 1] not in CLAUSE_ENDS and words[begin - 1] != ":":
        return False
    between = words[last:first]
    joined = [i for i, word in enumerate(between) if word in told.joins]
    return bool(joined) and (words[last] in told.joins or words[last] == ",") and not around.ended("hypothetical", last, first)


def reaches_item(hit: Hit, around: Surroundings) -> bool:
    """Whether what the line above a list says is said of the mention in an item of it."""
    cue, mention = hit[2], around.mention
    if cue.kinds and mention.kind is not None and mention.kind not in cue.kinds:
        return False
    return not around.ended(_named(cue), around.begin, mention.first)


def _opens(at: int, around: Surroundings) -> bool:
    """Whether only a count stands between the beginning of the clause and that word: "About five | years ago, ..."."""
    words, told = around.words, around.cues.words
    while at > around.begin and (words[at - 1].isdigit() or words[at - 1] in told.counts or words[at - 1] in told.about):
        at -= 1
    if at > around.begin + 1 and words[at - 1] in told.joins and words[at - 2] == ",":
        return True  # ", and in high school she had"
    return at == around.begin or words[at - 1] in CLAUSE_ENDS or words[at - 1] == ":"


def _named(cue: Cue) -> str:
    """The list of ends that stops it."""
    return _STOPPED_AS.get(cue.makes, cue.makes)


def _speaks_of_what_follows(hit: Hit, around: Surroundings) -> bool:
    first, last, cue = hit
    words, mention, told = around.words, around.mention, around.cues.words
    if cue.clause:
        opened = clause_opened(words, last, mention.first, told.openers, told.finite)
        if its_subject(words[last:opened], words[opened : mention.first], told) or (
            opened > last and mention.first - opened > _OBJECT_NEAR
        ):
            return False
        last = opened
    between = words[last : mention.first]
    if cue.makes == "absent" and first > around.begin:
        if between and between[0] in CLAUSE_ENDS and between[0] != "(":
            return False  # "fever no, chills yes": an answer to what came before
        if words[first - 1] == ":" and around.label_answered(last):
            return False  # "fever: no  chills: yes"
    if ":" in between and cue.makes in _WITHIN_A_LABEL and told.announcing.isdisjoint(between) and label_in(between):
        return False
    if ")" in between and "(" not in between[: between.index(")")]:
        return False  # "heart failure (no exacerbation) / hypothyroidism"
    if "," in between and not _crosses(hit, between, around):
        return False
    if cue.makes == "done" and mention.kind == "diagnosis" and not around.cues.words.bringing.isdisjoint(between):
        return False  # "status post fall with hip fracture"
    if cue.makes == "absent" and "and" in between and mention.chronic and words[mention.last] in around.cues.words.under_treatment:
        return False  # "stroke without deficits and epilepsy on levetiracetam"
    if cue.makes == "absent" and len(between) > 1 and (taken_as_given(between, told) or _graded_anew(hit, between, around)):
        return False
    if cue.makes == "possible":  # "possibly due to ...": a doubt that stands before a link doubts the cause
        ahead = last
        last = max(
            (end for begin, end, link in around.hits if begin == last and link.makes == "end" and link.of == "possible"), default=last
        )
        if last > ahead and words[last] in told.given:
            return False  # "perhaps because of her asthma"
    return not around.ended(_named(cue), last, mention.first)


def _graded_anew(hit: Hit, between: list[str], around: Surroundings) -> bool:
    """Whether a degree opens a statement of its own: "no thrombus and | mild regurgitation"; who denies, denies that too."""
    told = around.cues.words
    if not told.denying.isdisjoint(around.words[hit[0] : hit[1]]) or "and" not in between[1:-1] or not told.list_ends.isdisjoint(between):
        return False
    return between.count("and") == 1 and "," not in between and between[between.index("and") + 1] in told.own_adjective


def _crosses(hit: Hit, between: list[str], around: Surroundings) -> bool:
    """Whether the cue reaches over the commas, "denies A, B, or C"; an item that makes a statement of its own is told as it is."""
    cue = hit[2]
    if cue.commas == "none":
        return False
    mention, told = around.mention, around.cues.words
    behind = around.words[mention.last : min(mention.last + _LIST_LENGTH, around.stop)]
    closes = not told.list_ends.isdisjoint(between) or not told.list_ends.isdisjoint(behind[: next_clause(behind)])
    if cue.commas == "listed":
        return closes
    comma = len(between) - between[::-1].index(",")
    if cue.makes == "absent" and comma < len(between) and between[comma] in told.own_opening:
        return False  # "no distress, on furosemide for heart failure"
    if cue.makes == "absent" and not closes and not told.own_adjective.isdisjoint(between[comma:]):
        return False  # "no chest pain, mild dyspnea"
    if cue.makes in _LISTS_END_AT_A_DOUBT and any(
        doubt.makes == "possible" and doubt.place == "before" and first == mention.first - len(between) + comma
        for first, _, doubt in around.hits
    ):
        return False  # "no fracture, cannot exclude dislocation"
    if cue.makes == "absent" and not closes and its_own_item(between, hit[:2], around):
        return False
    if cue.makes == "absent" and not closes and any(word[0].isdigit() for word in between[between.index(",") + 1 : comma]):
        return False  # "no distress, pulse 110, cellulitis of the leg"
    item = behind[: next((i for i, word in enumerate(behind[:3]) if word in CLAUSE_ENDS or word in told.alternatives), 3)]
    if cue.makes == "absent" and not told.alternatives.isdisjoint(between):
        return True  # "no ulcer, polyp or cancer was seen": what is said behind "or" is said of all
    if item[:1] == ["and"]:
        item = item[1:2]  # "fever, hematuria and | suicidal thoughts"; "asthma and | treated with inhalers"
    return told.own_statement.isdisjoint(item)  # "no fever, cellulitis improving"


def _speaks_of_what_precedes(hit: Hit, around: Surroundings) -> bool:
    first, _, cue = hit
    begin = around.mention.last
    if cue.makes == "disproved":
        return not around.ended("disproved", begin, first)
    if cue.makes == "possible" and first - begin > _PREDICATE_NEAR and "," not in around.words[begin:first]:
        return False  # only a list stands so far before its predicate
    if cue.makes == "possible" and "and" in around.words[begin:first] and _of_the_last_only(first, around):
        return False
    if cue.makes == "cured" and "and" in around.words[begin:first] and "both" not in around.words[begin:first]:
        return False  # "hernia and Helicobacter, which was eradicated"
    if cue.makes in ("absent", "possible") and another_clause(around.words[begin:first], around.cues.words.auxiliaries):
        return False  # "the fistula was closed and malignancy must be excluded"
    if cue.makes == "hypothetical" and around.words[begin:first] == ["and"]:
        return False  # "family history of polyps and | screening"
    if cue.makes == "historical" and first - begin > 1 and _dates_what_it_followed(first, around):
        return False
    if cue.makes == "resolved" and "and" in around.words[begin + 1 : first - 1]:
        return False  # "pneumonia on ceftriaxone and AKI resolved"
    if cue.makes == "resolved" and "," in around.words[begin:first] and _is_a_cause(around):
        return False  # "respiratory failure due to heart failure, now resolved"
    if cue.makes in _WITHIN_A_LABEL and first > begin + 1 and ":" in around.words[begin:first]:
        return False  # "Shock: septic vs cardiogenic"; but "Shock: resolved"
    return _joined(hit, around) and _is_one_statement(hit, around)


def _dates_what_it_followed(at: int, around: Surroundings) -> bool:
    """Whether the patient has it now, after an event that the time speaks of: "has a wound infection following her surgery | in May"."""
    words, told, first, last = around.words, around.cues.words, around.mention.first, around.mention.last
    if told.following.isdisjoint(words[last:at]):
        return False
    return any(word in told.having_now for word in words[max(around.begin, first - _VERB_NEAR) : first])


def _of_the_last_only(at: int, around: Surroundings) -> bool:
    """Whether a predicate of one stands behind a list of diseases: "has gout and hypertension and Cushing syndrome | was considered"."""
    words, begin = around.words, around.mention.last
    if words[at] not in around.cues.words.singular:
        return False
    last = at - 1 - words[begin:at][::-1].index("and")
    return any(disease in around.diseases for disease in range(last, at))


def _is_a_cause(around: Surroundings) -> bool:
    """Whether "due to" or the like stands directly before the mention; "complicated by" names what came of it."""
    at = around.mention.first
    return around.words[at - 1] not in around.cues.words.bringing and any(
        last == at and cue.makes == "end" and cue.of == "possible" for _, last, cue in around.hits
    )


def _is_one_statement(hit: Hit, around: Surroundings) -> bool:
    first, _, cue = hit
    begin = around.mention.last
    if cue.makes in ("absent", "possible", "resolved", "cured") and around.ended("behind", begin, first):
        return False  # "pneumonia with blood cultures negative"
    if cue.place == "answers":
        first = who_has_it(around.words, begin, first, around.cues.words)  # "measles | she has | never had"
    return not around.ended(_named(cue), begin, first)


def _joined(hit: Hit, around: Surroundings) -> bool:
    """Whether what stands behind a mention still speaks of it.

    It does without a comma between; with the commas of a list ("A, B and C are absent"); when the clause is only the cue
    ("AKI, resolved"), which "fever, negative cultures" is not; and when the cue itself begins a clause on what came before
    ("breast cancer, now with recurrence in the spine").
    """
    first, last, cue = hit
    between = around.words[around.mention.last : first]
    if "," not in between:
        return True
    told = around.cues.words
    while between[-1] in told.about or between[-1] in told.counts or between[-1] in told.articles or between[-1].isdigit():
        between.pop()  # "a bleeding ulcer, about thirty years ago", "pancreatitis, the last in 2017"
    if cue.makes == "hypothetical" and cue.commas == "any" and between.count(",") == 1:
        return True  # "delirium: high risk, haloperidol if it occurs"
    if between[-1] == "," and between.count(",") == 1:
        return cue.commas == "any" or around.clause_over(last)
    at = len(between) - between[::-1].index(",")
    listed = (
        around.words[around.mention.first - 1] == "," and around.words[first] not in told.singular
    )  # "fever, chills, and cough | were denied"
    if between[at : at + 1] == ["and"] and ((between.count(",") == 1 and not listed) or "and" in between[:at]):
        return False  # "stones and a thick wall, and cholangitis was unlikely"
    return cue.commas == "listed" and ("and" in between[at:] or "or" in between[at:])
