"""Stages beside a mention: "stage 3b", "grade II", "CKD 4" (`rules/nlp/relations.yaml`)."""

from opencdi.nlp.beside import Beside
from opencdi.nlp.mentioned import Mentioned


def stage_before(i: int, begin: int, near: Beside) -> tuple[int, str] | None:
    """ "stage 3" that ends right before word i, of what has stages."""
    said, table = near.words.words, near.table
    if i - 2 >= begin and said[i - 1] in table.stages and said[i - 2] in table.stage_words:
        return i - 2, table.stages[said[i - 1]]
    return None


def stage_at(i: int, mention: Mentioned, near: Beside, *, bare: bool) -> tuple[int, str] | None:
    """Word behind a stage that begins at word i, and the stage."""
    said, table = near.words.words, near.table
    if mention.concept not in table.staged:
        return None
    worded = said[i] in table.stage_words and i + 1 < len(said)
    at = i + 1 if worded else i
    if said[at] not in table.stages or not (worded or (bare and mention.concept in table.bare_staged)):
        return None
    if not worded and at + 1 < len(said) and said[at + 1] in table.counted:
        return None  # "CKD 3 years"
    return at + 1, table.stages[said[at]]
