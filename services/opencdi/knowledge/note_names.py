"""What kind of note a plain English name names: as HL7's table 0270 and LOINC's document ontology name them, and as systems write them.

LOINC's names end in the kind of document and begin with whose it is or of what service: a nurse's and a therapist's are theirs whatever
their kind.  A name that fits two kinds ("Discharge note", "ED note", which nurses write too) names none.
"""

import re
from functools import lru_cache

from opencdi.clinical.vocabulary import NoteType

_KINDS: tuple[tuple[str, NoteType], ...] = (  # the first that fits the whole name
    (r"(?:registered )?nurs(?:e|ing)(?! practitioner) .*?(?:note|assessment)", "nursing"),
    (r"nurs(?:e|ing) note", "nursing"),
    (r"(?:physical|occupational|speech|respiratory) therapy .*?note|speech[ -]language pathology .*?note", "therapy"),
    (r"(?:medical |mental health |multi specialty program )?social work(?:er)? .*?note", "social-work"),
    (r"(?:nutrition|dietitian|dietetics)(?: and dietetics)? .*?note", "dietitian"),
    (r"(?:physician )?emergency department (?:progress |provider |physician )?(?:note|report)|ed (?:provider|physician) note", "emergency"),
    (r"(?:.* )?discharge summary(?: note)?", "discharge-summary"),
    (r"(?:.* )?history (?:and|&) physical(?: note| examination| exam)?|(?:admission )?h ?& ?p(?: note)?", "history-and-physical"),
    (r"(?:.* )?progress note|progress|transfer summary(?: note)?", "progress"),
    (r"(?:.* )?consult(?:ation)?(?: note| report)|consult|consultation|psychiatric consultation", "consult"),
    (r"(?:.* )?(?:operation|operative) (?:note|report)|(?:brief )?op note", "operative"),
    (r"(?:.* )?procedure (?:note|report)", "procedure"),
    (r"radiology report|diagnostic imaging(?: study| report)?|(?:xr|mri) .+|(?:xr|ct|mr|us|mg|nm) .+ views?", "radiology"),
    (r"(?:surgical )?pathology(?: study| report)?|autopsy report", "pathology"),
)
_PATTERNS = tuple((re.compile(f"\\A(?:{pattern})s?\\Z"), kind) for pattern, kind in _KINDS)
_SIGNS = re.compile(r"[\s,_-]+")
_LONGEST = 80  # characters; what is longer is no name


@lru_cache(maxsize=4096)
def note_type_by_name(name: str) -> NoteType | None:
    """The kind, in whatever case and number it is written ("Progress Notes"); None if the name says none."""
    if len(name) > _LONGEST:
        return None
    words = _SIGNS.sub(" ", name).strip().lower()
    return next((kind for pattern, kind in _PATTERNS if pattern.match(words)), None)
