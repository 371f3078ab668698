"""What kind of note a plain English name names: the names of HL7's table 0270 and of LOINC's document ontology, as systems write them.

A name that fits two kinds ("discharge note", "ED note", which nurses write too) names none.
"""

import re

from opencdi.clinical.vocabulary import NoteType

_NAMES: dict[NoteType, str] = {
    "progress": "progress, progress note, physician progress note, transfer summary",
    "discharge-summary": "discharge summary, discharge summary note, physician discharge summary, hospital discharge summary",
    "history-and-physical": (
        "history and physical, history & physical, history and physical note, history and physical examination, history & physical note, "
        "h&p, h & p, h&p note, admission h&p, admission history and physical, psychiatric history and physical examination"
    ),
    "consult": "consult, consult note, consultation, consultation note, consultation report, psychiatric consultation",
    "operative": "operative report, operative note, op note, brief op note, surgical operation note",
    "procedure": "procedure note, procedure report",
    "emergency": "emergency department report, emergency department note, ed provider note, ed physician note",
    "nursing": "nursing note, nurse note, nursing progress note",
    "radiology": "radiology report, diagnostic imaging, diagnostic imaging report, diagnostic imaging study",
    "pathology": "surgical pathology, surgical pathology report, pathology report, autopsy report",
    "dietitian": "nutrition note, dietitian note",
    "social-work": "social work note",
}
_KIND = {name.strip(): kind for kind, names in _NAMES.items() for name in names.split(",")}
_SIGNS = re.compile(r"[\s_-]+")


def note_type_by_name(name: str) -> NoteType | None:
    """The kind, in whatever case and number it is written ("Progress Notes"); None if the name says none."""
    words = _SIGNS.sub(" ", name).strip().lower()
    return _KIND.get(words) or _KIND.get(words.removesuffix("s"))
