"""The words of the ICD-10-CM tabular list as a lexicon: descriptions and inclusion terms of the codes.

Precision first: a term is taken only where somebody would write it in a note.  Left out: external causes (V-Y), "other …" codes, the
encounter endings of injuries (their stem stands for them), single words that mean something else in most notes, and terms longer than
`MAX_WORDS`.  Choosing them takes a second, so they are written once to the user's cache folder,
named by the hash of what chose them and the library's version; without a writable folder it is simply built again.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Final

from opencdi.clinical.vocabulary import FindingKind
from opencdi.knowledge import words
from opencdi.knowledge.neoplasm_terms import neoplasm_terms
from opencdi.knowledge.tables import kept, read_table
from opencdi.knowledge.words import Lexicon, term_form

MAX_WORDS: Final = 9
MIN_LETTERS: Final = 5
"""A shorter word by itself is an abbreviation of the tabular's ("PHT", "IST"), or plain English."""
_NO_DISEASE: Final = frozenset({
    # said too generally, or of a part: another word has to say what it is
    "stenosis", "necrosis", "fibrosis", "sclerosis", "neurosis", "ptosis", "hematoma", "coma", "carcinoma", "trauma", "glaucoma",
    "thrombosis", "infestation", "paralysis",
    # plain English, anatomy or histology that the tabular uses in one narrow sense; a callus is mostly a healing bone's, a pannus a belly's
    "pinta", "plague", "cloaca", "callus", "ganglion", "lichen", "felon", "freckle", "worm", "pannus", "osteophyte", "denticle",
    "cyclopia", "colic", "falling", "blackout", "death", "illness", "worry", "screaming", "sighing", "hostility", "flushing",
    "loneliness", "unhappiness", "overactivity", "transgender",
    # told to describe the skin
    "cicatrix", "keloid", "birthmark", "lentigo",
    # a nutrition by vein, no overeating; the sound of a dialysis fistula that works
    "hyperalimentation", "bruit",
    # parts of the body and curves that every spine has; what eye drops do
    "malleus", "lordosis", "exostosis", "heel bone", "knee cap", "accessory muscle", "os calcis", "mydriasis", "miosis",
    # named as vaccines, serologies and tests more often than as diseases (abbreviations.yaml reads some by their company)
    "tetanus", "diphtheria", "measle", "mump", "rubella", "varicella", "cholera", "smallpox", "syphilis", "anthrax", "zika", "malaria",
})  # fmt: skip
"""Words of the tabular that are not taken by themselves."""
_SCORES: Final = ("R402", "R297", "R922", "R923", "R99")
"""Codes whose terms are answers and points ("obeys commands", "low density"), not what the patient has."""
_DANGLING: Final = frozenset({"of", "in", "the", "to", "with", "by", "and", "or", ","})
_ASIDE: Final = re.compile(r"(?<!\s)\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_UNSPECIFIED: Final = re.compile(r",? unspecified(?: organism| type| site)?$| NOS$|^Unspecified ", re.IGNORECASE)
_NOT_WRITTEN: Final = re.compile(
    r"^other |^oth |classified elsewhere|not elsewhere|\bNEC\b|^encounter for|^personal history|^family history|^certain |: *$|^see |"
    r"^any |^use |^conditions? |^disorders? of|^diseases? of|^code ",
    re.IGNORECASE,
)
_INDEXED: Final = re.compile(
    r"\A(?P<what>[A-Za-z]+),? (?:of (?:the )?(?P<of>(?!other|unspec|newborn|blood|pregnan)[a-z]+(?: [a-z]+)?)|(?<=, )(?P<kind>[a-z]+))"
)
ADJECTIVES: Final = {
    "kidney": "renal", "liver": "hepatic", "lung": "pulmonary", "heart": "cardiac", "brain": "cerebral", "stomach": "gastric",
    "bowel": "intestinal", "intestine": "intestinal", "skin": "cutaneous", "spleen": "splenic", "pancreas": "pancreatic",
    "ovary": "ovarian", "uterus": "uterine", "testis": "testicular", "prostate": "prostatic", "esophagus": "esophageal",
    "colon": "colonic", "rectum": "rectal", "anus": "anal", "cornea": "corneal", "retina": "retinal", "larynx": "laryngeal",
    "pharynx": "pharyngeal", "trachea": "tracheal", "bronchus": "bronchial", "pleura": "pleural", "pericardium": "pericardial",
    "peritoneum": "peritoneal", "mediastinum": "mediastinal", "aorta": "aortic", "vagina": "vaginal", "vulva": "vulvar",
    "urethra": "urethral", "ureter": "ureteral", "penis": "penile", "scrotum": "scrotal", "duodenum": "duodenal", "ileum": "ileal",
    "jejunum": "jejunal", "meninges": "meningeal", "femur": "femoral", "mandible": "mandibular", "maxilla": "maxillary",
    "orbit": "orbital", "abdomen": "abdominal", "umbilicus": "umbilical", "bile": "biliary",
}  # fmt: skip
"""A doctor's adjective for an organ that the tabular names by its noun."""
_TURNED: Final = 3
_NOT_ALONE: Final = "STZ"
"""Chapters whose single words say a kind of injury, drug or circumstance, and not which ("wound", "allergy", "donor")."""
_NOT_TURNED: Final = "OPRSTZ"
"""Chapters whose terms say more than a disease and its place ("newborn", "adverse effect of"), and injuries: a kidney injury is AKI."""
_OF_ANOTHER: Final = re.compile(r"\b(?:in|with|due to|following|complicating|associated)\b", re.IGNORECASE)
_CHAPTER_WITH_ENDINGS: Final = "ST"
_CHRONIC_STEMS: Final = (
    "B18", "B20", "D45", "D46", "D47.1", "D47.3", "D50", "D51", "D52", "D53", "D55", "D56", "D57.1", "D57.3", "D57.8", "D58", "D63",
    "D66", "D67", "D68.0", "D68.5", "D68.6", "D69.3", "D80", "D81", "D82", "D83", "D84", "D86", "E03", "E04.0", "E04.2", "E04.9",
    "E05.00", "E05.20", "E05.90", "E06.3", "E07.9", "E08", "E09", "E10", "E11", "E13", "E20", "E21", "E22", "E23", "E23.0", "E24", "E25",
    "E26", "E27.1", "E27.4", "E28.2", "E53", "E55", "E66", "E78", "E83.1", "E84", "E85", "E88.0", "F01", "F02", "F03", "F10.10",
    "F10.20", "F11.10", "F11.20", "F12.10", "F12.20", "F12.90", "F13.10", "F13.20", "F14.10", "F14.20", "F14.90", "F15.10", "F15.20",
    "F15.90", "F17", "F19.10", "F19.20", "F20", "F25", "F31", "F32", "F33", "F34", "F41", "F42",
    "F43.1", "F60", "F70", "F71", "F72", "F73", "F79", "F84", "F90",
    "G10", "G12", "G20", "G25.0", "G25.8", "G30", "G31", "G35", "G40", "G43", "G47", "G60", "G62.0", "G62.1", "G62.9", "G63", "G70",
    "G71", "G80", "G82", "G89.0", "G89.2", "G89.4", "G90.A", "G93.2", "H35.0", "H35.1", "H35.2", "H35.3", "H35.4", "H35.5", "H35.9",
    "H36", "H40", "H50", "H52", "H54", "H81.0", "H90", "H91", "I05", "I06", "I07", "I08", "I09", "I10", "I11", "I12", "I13", "I25",
    "I27", "I34", "I35", "I42", "I44.7", "I45.1", "I45.6", "I48", "I49.5", "I50", "I65", "I69", "I70", "I73", "I83", "I87.2",
    "I89.0", "J30", "J32", "J34.2", "J41", "J42", "J43", "J44", "J45", "J47", "J84", "J96.1", "K08.1", "K08.4", "K21", "K22.7", "K31.84",
    "K50", "K51", "K58", "K70", "K73", "K74", "K75.4", "K75.81", "K76.6", "K76.9", "K83.01", "K86.1", "K90", "K90.0", "L20", "L30.9",
    "L40", "L71", "L73.2", "L80", "L93", "M05", "M06", "M08", "M10", "M15", "M16", "M17", "M19", "M1A", "M26", "M32", "M33", "M34",
    "M35", "M40", "M41", "M43.1", "M45", "M48.0", "M48.1", "M51", "M79.7", "M81", "M88", "N18", "N25", "N31", "N32.81", "N40", "N52",
    "N80", "Q", "R73.03", "Z21", "Z94",
)  # fmt: skip
"""Categories of disease that does not end (our reading of the tabular): "history of" one of these means that the patient has it.

Left out: what is mostly told because a scan or a scope has just found it (diverticulosis, a hiatal hernia, an aneurysm; knowledge.lasting).
"""
_CHRONIC: Final = tuple(stem.replace(".", "") for stem in _CHRONIC_STEMS)
BY_TABULAR: Final = "icd10cm:"
"""Begins the concept of a mention that only the tabular names: `icd10cm:K7460`."""


def kind_of_code(code: str) -> FindingKind:
    """What a tabular term names, by its chapter."""
    return {"R": "symptom", "Z": "finding"}.get(code[0], "diagnosis")  # type: ignore[return-value]  # values are kinds


@lru_cache(maxsize=16_384)
def chronic_code(code: str) -> bool:
    """Whether a code's category is of disease that does not end."""
    return code.startswith(_CHRONIC)


def _variants(term: str) -> Iterator[tuple[int, str]]:
    """(how far from what the tabular says, the term): itself, then without its asides and "unspecified"."""
    plain = _ASIDE.sub("", term).strip()
    yield 0, plain
    if (bare := _UNSPECIFIED.sub("", plain)) != plain:
        yield 2, bare
    # As an index turns them: "Abscess of lung" is a lung abscess, "Aphonia, psychogenic" a psychogenic aphonia.
    if turned := _INDEXED.fullmatch(bare):
        yield _TURNED, f"{turned['of'] or turned['kind']} {turned['what']}"
        if (adjective := ADJECTIVES.get(turned["of"] or "")) is not None:
            yield _TURNED, f"{adjective} {turned['what']}"  # "Stenosis of larynx": laryngeal stenosis


def _acceptable(code: str, form: str) -> bool:
    words = form.split(" ")
    if form in _NO_DISEASE or code.startswith(_SCORES):
        return False
    if len(words) == 1:
        return code[0] not in _NOT_ALONE and len(form) >= MIN_LETTERS and form.isalpha()
    return len(words) <= MAX_WORDS and len(form) >= 8 and words[-1] not in _DANGLING


def _tabular_terms() -> dict[str, str]:
    """term -> code, the tabular parsed; where codes share a term, the leaf whose own description it is wins."""
    from opencdi.knowledge.icd10cm import tabular  # loads the whole tabular: only to build the index

    best: dict[str, tuple[int, str]] = {}
    codes = tabular()
    for code in codes:
        entry = codes.entry(code)
        if entry is None or code[0] in "VWXY" or (code[0] in _CHAPTER_WITH_ENDINGS and len(code) == 7):
            continue
        distance = 0 if entry.billable or code[0] in _CHAPTER_WITH_ENDINGS else 3
        title = entry.description
        for source, term in [(0, title), *((1, term) for term in entry.inclusion_terms)]:
            # Under "… in Lyme disease" an inclusion term "Polyneuropathy" means that of Lyme disease only.
            if _NOT_WRITTEN.search(term) or (source and _OF_ANOTHER.search(title) and len(term.split()) <= 2):
                continue
            for change, variant in _variants(term):
                if change == _TURNED and code[0] in _NOT_TURNED:
                    continue
                form = term_form(variant)
                rank = (distance + source + change, code)
                if form and _acceptable(code, form) and rank < best.get(form, (99, "")):
                    best[form] = rank
    return {form: code for form, (_, code) in sorted(best.items())}


def _edition() -> str:
    """Names the code that chooses the terms and folds their words: an index of other code is not read."""
    return sha256(b"".join(Path(file).read_bytes() for file in (__file__, words.__file__))).hexdigest()[:12]


def load_synonyms(folder: Path) -> tuple[tuple[str, str], ...]:
    """(term as the lexicon keys it, un-dotted code) of `synonyms.yaml` and `neoplasms.yaml` in that folder."""
    told, neoplasms = (read_table(folder / name) for name in ("synonyms.yaml", "neoplasms.yaml"))
    named = ((term, code) for code, terms in told.items() for term in terms)
    return tuple((term_form(str(term)), str(code)) for term, code in chain(named, neoplasm_terms(neoplasms)))


@lru_cache(maxsize=2)
def tabular_lexicon(cache: Path | None = None, synonyms: tuple[tuple[str, str], ...] = ()) -> Lexicon[str]:
    """The lexicon of the tabular: term -> un-dotted code, `synonyms` first.  `cache`: folder of its index (~/.cache/opencdi)."""
    terms = kept(f"tabular-terms-{_edition()}-{version('simple-icd-10-cm')}", _tabular_terms, cache)
    return Lexicon((*synonyms, *terms.items()))
