"""What one line of a note is by its form: a row of vital signs or of results, an instruction, the beginning of a story.

Its words are in `sections.yaml`; what is not sure says nothing, and the line stays what stands around it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.nlp.headings import Headings, key_of, written_as_heading
from opencdi.nlp.letterhead import ONE_LINER, SHORT_LINE, is_salutation
from opencdi.nlp.paragraphs import OF_A_LETTER, told_by_paragraph
from opencdi.nlp.rows import cells_of, first_word, is_row_of_numbers, told_by_columns

_BARE_VITAL: Final = re.compile(r"\b\d{2,3}/\d{2,3}\b(?!/)|\b\d{2,3} ?%|\b(?:3[5-9]|4[01]|9[5-9]|10[0-5])\.\d(?!\d)")
_NAMED_VITALS: Final = re.compile(r"(?:vs+|v/s|vitals?)[ :]+", re.IGNORECASE)
_DIGIT: Final = re.compile(r"\d")
_BLOOD_PRESSURE: Final = re.compile(r"\b\d{2,3}/\d{2,3}\b(?!/)")
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):?[0-5]\d\b")
_PROBLEM: Final = re.compile(r"#[ \t]{0,2}(?!\d)\w")
_LEADERS: Final = re.compile(r"[A-Za-z][^.:\n]{0,40}\.{3,}")
_BY_THE_BED: Final[frozenset[NoteType]] = frozenset({"nursing", "therapy"})
_PAST: Final[frozenset[SectionKind]] = frozenset({"past-surgical-history", "family-history", "allergies"})
ONE_ROW: Final[frozenset[SectionKind]] = frozenset({"vital-signs", "laboratory", "imaging"})
BY_ROWS: Final[frozenset[NoteType]] = frozenset({"nursing", "therapy", "wound-care", "dietitian", "anesthesia", "procedure", "other"})
"""Notes in which a row of values or results stands among others."""
_STORY: Final = 100
"""A reason for admission of so many characters that begins with the patient's age is the history."""
_VITALS: Final = 3
_LABS: Final = 2
_BEGINNING: Final = 24
_OF_FIRST_NAME: Final = 60
"""Within so many characters of a line stand its first name and its number."""
_AGE: Final = 12
_HISTORY: Final[frozenset[SectionKind]] = frozenset(
    {"chief-complaint", "history-of-present-illness", "past-medical-history", "past-surgical-history", "family-history", "social-history",
     "allergies", "medications", "review-of-systems", "header", "other"}
)  # fmt: skip
_DATA: Final[frozenset[SectionKind]] = frozenset({"physical-exam", "laboratory", "imaging", "vital-signs"})
_TOLD: Final[frozenset[SectionKind]] = frozenset({"attestation", "nutrition"})
_BESIDE: Final = frozenset({"nursing", "wound-care", "therapy", "dietitian", "social-work"})
"""Notes whose "#" is no problem of a physician's."""
_ENDS_IN_INSTRUCTIONS: Final = frozenset({"discharge-summary", "emergency"})


@dataclass(slots=True)
class Lines:
    """How the lines of one stretch are read: what it is as a whole, and the words of its heading."""

    headings: Headings
    note_type: NoteType
    plain: SectionKind
    headed: bool
    key: str
    history: bool

    @property
    def inert(self) -> bool:
        """Whether its lines are all of its heading: a plan, an assessment, a course."""
        kind, note_type = self.plain, self.note_type
        if not self.headed or note_type in _ENDS_IN_INSTRUCTIONS or (note_type in BY_ROWS and self.key in self.headings.of_a_row):
            return False
        return not (kind in _HISTORY or kind in _DATA or kind in _TOLD or (note_type == "radiology" and kind == "procedures"))

    @property
    def objective(self) -> bool:
        """Whether vital signs may open it ("O: T 37.2 HR 88")."""
        return self.key in self.headings.objective

    def _beginning(self, words: str) -> Callable[[str], bool]:
        """Asks whether a line begins as lines of that name do."""
        line = words[:SHORT_LINE].lower()
        word = first_word(line)
        starts = self.headings.lines
        return lambda name: starts[name].begin(line, word)

    def beside_heading(self, words: str, current: SectionKind) -> SectionKind:
        """What the words are that stand on the line of the heading."""
        if self.objective and self._are_vitals(words):
            return "vital-signs"
        if self.key == "pt" and ONE_LINER.match(words[:_AGE]):
            return "history-of-present-illness"  # "Pt: 72 yo F with ..."
        if self.key == OF_A_LETTER and written_as_heading(words.partition(",")[0]):
            return "header"  # "RE:  Walter Osgood"
        if current == "header" and words.startswith("I "):
            return "attestation"  # "Attending: I saw and examined ..."
        if current == "chief-complaint" and len(words) >= _STORY and not self.history and ONE_LINER.match(words):
            return "history-of-present-illness"
        return current

    def kind_of(self, words: str, current: SectionKind, *, first: bool) -> SectionKind | None:
        """A row of vital signs or results, a line of examination or imaging behind them, a problem with its "#", an instruction."""
        plain = self.plain
        begins = self._beginning(words)
        if first and is_salutation(words):
            return "header"
        if self.note_type in _ENDS_IN_INSTRUCTIONS and begins("instructions"):
            return "discharge-instructions"
        if plain == "attestation" and ONE_LINER.match(words):
            return "history-of-present-illness"  # who attests tells the case in his own words
        if (current in ("vital-signs", "laboratory") and is_row_of_numbers(words)) or (
            told := told_by_columns(words, self.headings.columns)
        ):
            return current if words[0].isdigit() else told
        if self.note_type == "radiology" and plain == "procedures" and self.headed and self._is_organ(words):
            return "findings"
        if not (plain in _HISTORY or plain in _DATA or plain == "nutrition" or (self.note_type == "anesthesia" and not self.headed)):
            return None
        if self.note_type == "anesthesia" and (plain in _HISTORY or not self.headed) and _TIME.match(words):
            return "procedures"
        if self.headed and plain in _PAST and begins("habits"):
            return "social-history"
        if len(words) < 3 * SHORT_LINE:
            digits = _DIGIT.search(words)
            if (plain in _HISTORY or self.objective or plain == "procedures") and digits and self._are_vitals(words):
                return "vital-signs"
            if current == "vital-signs" and begins("intake"):
                return "vital-signs"
            if current in ("vital-signs", "physical-exam") and plain not in ("laboratory", "imaging") and begins("exam"):
                return "physical-exam"
            if (
                (current in _DATA or plain in ("review-of-systems", "nutrition") or not self.headed)
                and digits
                and self._are_results(words, current)
            ):
                return "laboratory"
            if current in _DATA and begins("imaging"):
                return "imaging"
        if self.note_type == "anesthesia" and (risk := self.headings.risk.match(words)) and not words[risk.end() + 1 :][:1].isdigit():
            return "assessment-and-plan"
        if self.note_type == "radiology" and plain == "history-of-present-illness" and len(words) < SHORT_LINE and words.isupper():
            return "findings"  # "HEAD", "C-SPINE": the report goes by regions
        if not self.headed and self.note_type in _BY_THE_BED and "..." in words and _LEADERS.match(words):
            return "physical-exam"
        if not self.headed and plain in _HISTORY:
            said = words[: 4 * _STORY].lower()
            if any(phrase in said for phrase in self.headings.operation):
                return "procedures"
            if begins("examined"):
                return "physical-exam"
            if not first and (told := told_by_paragraph(words, begins, self.headings, rows=self.note_type in BY_ROWS)):
                return told
        opens = current in (plain, "header") and (plain == "chief-complaint" or not (self.headed or self.note_type == "nursing"))
        opens = (
            opens and (first or self.headed or self.note_type != "dietitian") and (plain != "procedures" or self.note_type != "anesthesia")
        )
        if (current in ONE_ROW or current == "assessment") and not self.headed and begins("advice"):
            return "plan"
        if opens and self._tells(words):
            return "history-of-present-illness"
        if (current in _DATA or plain == "other") and self.note_type not in _BESIDE and _PROBLEM.match(words):
            return "assessment-and-plan"
        return None

    def _tells(self, words: str) -> bool:
        """Whether a line begins as stories do, with the patient or the hour, or is a paragraph of sentences."""
        if self.plain == "other" and ((len(words) >= _STORY and ". " in words) or _TIME.match(words)):
            return True
        return (not words[1:2].isupper() and self._beginning(words)("story")) or ONE_LINER.match(words) is not None

    def otherwise(self, words: str, current: SectionKind) -> SectionKind:
        """What a line is whose form does not tell: behind vital signs the examination, else what it was before."""
        if current == "header" or (current == "history-of-present-illness" and not self.headed and self.plain != "other"):
            return self.plain
        if (
            current == "vital-signs"
            and (self.note_type not in _BESIDE or self.note_type == "therapy")
            and (self.headed or self.note_type != "anesthesia")
            and not self.headings.rows["vital"].begin(cells_of(words))
            and not words[0].isdigit()
        ):
            return "physical-exam"
        if not self.headed and current in ONE_ROW and self.note_type in BY_ROWS and not self.reads_like(words, current):
            return "assessment" if self.note_type == "wound-care" and current != "vital-signs" else self.plain
        return current

    def reads_like(self, words: str, kind: SectionKind) -> bool:
        """Whether a line goes on with the row above it: vital signs, results or images, numbers, an item of a list."""
        if not words[0].isalpha():
            return True
        rows, cells, begins = self.headings.rows, cells_of(words), self._beginning(words)
        if rows["laboratory"].begin(cells) or (kind == "imaging" and begins("imaging")):
            return True
        return kind == "vital-signs" and (rows["vital"].begin(cells) or begins("intake"))

    def _is_organ(self, words: str) -> bool:
        """Whether a line of a report begins with an organ ("LIVER: ...", "Liver: ...")."""
        head, colon, _ = words[:SHORT_LINE].partition(":")
        return bool(colon) and (head.isupper() or key_of(head) in self.headings.within)

    def _are_vitals(self, words: str) -> bool:
        """Whether a line is of vital signs, with their names ("T 37.2 HR 88 BP 120/70") or bare ("37.2 88 120/70 95%")."""
        if len(words) >= 3 * SHORT_LINE:
            return False
        if words[:1] in ("v", "V"):
            words = _NAMED_VITALS.sub("", words, count=1)
        begins, vital = words[:SHORT_LINE], self.headings.rows["vital"]
        named = vital.among(cells_of(words)) if vital.begin(cells_of(words[:_OF_FIRST_NAME])) else 0
        if not named and not words[:1].isdigit():
            return False
        bare = len(_BARE_VITAL.findall(begins)) if _BLOOD_PRESSURE.search(begins) and (named or _BARE_VITAL.match(words)) else 0
        return max(named, bare) >= _VITALS or (named > 1 and (bare > 1 or len(begins) <= SHORT_LINE // 2))

    def _are_results(self, words: str, current: SectionKind) -> bool:
        laboratory = self.headings.rows["laboratory"]
        cells = cells_of(words[:_OF_FIRST_NAME])
        if laboratory.begin(cells):
            least = 1 if current in ("laboratory", "vital-signs", "physical-exam") and len(words) < SHORT_LINE else _LABS
            return laboratory.among(cells_of(words)) >= least
        return laboratory.places(cells, _BEGINNING) and laboratory.among(cells_of(words)) > _LABS
