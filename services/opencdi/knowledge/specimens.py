"""What was taken from whom, and what was wrong with it: which results a flaw spoils (DOMAIN B13).

Haemolysis frees what red cells hold (potassium, phosphate, magnesium, AST, ALT, CK, ammonia, folate), disturbs bilirubin and troponin T
and starts the clotting (Lippi et al., Clin Chem Lab Med 2006;44:311; CLSI C56, H21).  Lipaemia displaces plasma water and scatters light
(Nikolac, Biochem Med 2014;24:57); bilirubin disturbs creatinine; clots take cells and factors away.  Any degree counts: who reads
"slightly hemolyzed" repeats a potassium of 6.4 too.  What a flaw does not touch stays evidence.
"""

import re
from functools import lru_cache
from typing import Literal, cast

from opencdi.knowledge.analytes import Analyte

Flaw = Literal[
    "HEMOLYZED", "LIPEMIC", "ICTERIC", "CLOTTED", "PLATELETS_CLUMPED", "CONTAMINATED", "INSUFFICIENT_SPECIMEN", "SPECIMEN_REJECTED"
]

_CLOTTING = frozenset({"inr", "aptt", "fibrinogen", "d-dimer-feu", "d-dimer-ddu"})
_SPOILED: dict[str, frozenset[str]] = {
    "HEMOLYZED": _CLOTTING
    | {"potassium", "phosphate", "magnesium", "ast", "alt", "ck", "ammonia", "folate", "bilirubin-total", "troponin-t", "hs-troponin-t"},
    "LIPEMIC": frozenset({
        "sodium", "potassium", "chloride", "anion-gap", "hemoglobin", "ast", "alt", "bilirubin-total", "phosphate", "magnesium", "calcium",
        "albumin", "crp",
    }),
    "ICTERIC": frozenset({"creatinine", "egfr"}),
    "CLOTTED": _CLOTTING | {"wbc", "anc", "bands", "hemoglobin", "hematocrit", "platelets", "ph-arterial", "paco2", "pao2"},
    "PLATELETS_CLUMPED": frozenset({"platelets"}),
}  # fmt: skip
"""The analytes that a flaw spoils; one that is not here spoils all that was measured in that specimen."""

_HAEMOLYSIS, _CLOT = r"\bha?emoly[sz](?:ed|is|ing)", r"clots?\b|clotted|clotting|coagulated"
_SAID: tuple[tuple[Flaw, str], ...] = (
    ("HEMOLYZED", _HAEMOLYSIS),
    ("LIPEMIC", r"\blipa?emi[ac]|chylous"),
    ("ICTERIC", r"\bicteric|\bicterus"),
    ("PLATELETS_CLUMPED", r"(?:platelets?|plt)\W{0,3}clump\w*|clump\w*\W+(?:of\W+)?platelets?|platelet aggregat\w+"),
    ("CLOTTED", rf"(?:specimen|sample|tube|blood)\W+(?:\w+\W+){{0,2}}(?:{_CLOT})|"
     rf"(?:{_CLOT})\W+(?:in\W+)?(?:the\W+)?(?:specimen|sample|tube)|clotted|micro-?clots?"),
    (
        "CONTAMINATED",
        r"contamina\w*|(?:drawn|collected) (?:from|above|near|over|proximal to|in)\W+(?:\w+\W+){0,2}(?:iv|i\.v|intravenous|infusion)\b|"
        r"diluted (?:specimen|sample|with)|(?:specimen|sample) (?:is |appears |was )?dilut\w*",
    ),
    ("INSUFFICIENT_SPECIMEN", r"\bqns\b|quantity (?:not|is not|was not) sufficient|"
     r"insufficient (?:quantity|specimen|sample|volume|blood|amount)|"
     r"(?:specimen|sample|quantity|volume) insufficient|short (?:draw|sample)|under-?filled"),
    ("SPECIMEN_REJECTED", r"(?:specimen|sample|tube)\W+(?:\w+\W+)?(?:rejected|mis-?labell?ed|unlabell?ed|unacceptable)|mis-?labell?ed|"
     r"unlabell?ed (?:specimen|sample|tube)|wrong blood in tube|\bwbit\b"),
)  # fmt: skip
_ANY_FLAW = re.compile("|".join(f"(?P<{flaw}>{pattern})" for flaw, pattern in _SAID), re.IGNORECASE)
_CLAUSE = re.compile(r"[.;\n]|\bbut\b", re.IGNORECASE)
_DENIED_BEFORE = re.compile(
    r"\b(?:no|not|non|nor|without|neither|never|free (?:of|from)|absence of|negative for|if|unless|rule out|r/o)\b(?:\W+\w+){0,4}\W*\Z",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"\s{1,8}(?:specimens|samples|tubes)\b|\W{0,8}ind(?:ex|ices)\W{0,8}(?:is|was)?\W{0,8}\d|\W{0,8}(?:index|level|grade|status|present|indices|interference)?\W{0,8}(?:[:=]|is|was|are)?\W{0,8}"
    r"(?:none|negative|neg|absent|nil|0+(?![.\d])|no|not (?:detected|present|seen|significant|observed|noted|indicated))\b",
    re.IGNORECASE,
)
_REACH = 160
"""Characters before and behind within which a denial stands: its words, not all that a sender repeats."""
FLAW_BY_CODE: dict[str, Flaw] = {
    "RH": "HEMOLYZED", "RC": "CLOTTED", "RN": "CONTAMINATED", "QS": "INSUFFICIENT_SPECIMEN",
    "EX": "SPECIMEN_REJECTED", "RA": "SPECIMEN_REJECTED", "RB": "SPECIMEN_REJECTED", "RD": "SPECIMEN_REJECTED", "RE": "SPECIMEN_REJECTED",
    "RI": "SPECIMEN_REJECTED", "RM": "SPECIMEN_REJECTED", "RP": "SPECIMEN_REJECTED", "RR": "SPECIMEN_REJECTED", "RS": "SPECIMEN_REJECTED",
    "HEM": "HEMOLYZED", "CLOT": "CLOTTED", "CON": "CONTAMINATED", "AUT": "SPECIMEN_REJECTED",
}  # fmt: skip
"""HL7 tables 0490 (why a specimen was rejected, SPM-21) and 0493 (its condition, SPM-24, Specimen.condition)."""


@lru_cache(maxsize=4096)  # laboratories write the same sentences all day
def flaws_in(words: str) -> tuple[Flaw, ...]:
    """What these words say was wrong with the specimen; what they deny ("no hemolysis") was not; an index says
    nothing without its scale, nor what is so of all such specimens."""
    found: dict[Flaw, None] = {}
    for clause in _CLAUSE.split(words):
        for match in _ANY_FLAW.finditer(clause):
            before, behind = clause[max(0, match.start() - _REACH) : match.start()], clause[match.end() : match.end() + _REACH]
            if not _DENIED_BEFORE.search(before) and not _DENIED_BEHIND.match(behind):
                found[cast(Flaw, match.lastgroup)] = None
    return tuple(found)


def spoils(flaw: str, analyte: str) -> bool:
    """Whether a result of that analyte from such a specimen must not be used."""
    return flaw not in _SPOILED or analyte in _SPOILED[flaw]


_OTHERS = {  # analyte -> what it is measured in, where that is not blood
    "osmolality-urine": "urine", "sodium-urine": "urine", "urine-wbc": "urine", "urine-nitrite": "urine", "urine-culture": "urine",
    "c-difficile-toxin-gene": "stool",
}  # fmt: skip
_BEDSIDE = frozenset({
    "heart-rate", "respiratory-rate", "temperature", "sbp", "dbp", "map", "spo2", "fio2", "oxygen-flow", "weight", "height", "bmi", "gcs",
    "urine-output", "nihss", "braden", "peep", "ciwa",
})  # fmt: skip
_KNOWN: tuple[tuple[str, str], ...] = (  # words or codes of HL7 0070, 0487 and v2-0487 -> what it is; the first that fits
    ("cord", r"\b(?:umbilical|cord|blco|bldco|cbld|cdblood)\b|\bfo?etal\b"),
    ("fluid", r"\b(?:csf|cerebrospinal|cerebral|spinal|pleural|plr|peritoneal|prt|ascit\w*|synovial|snv|pericardial|pcfl|dialy\w*|amniotic|"
     r"amn|drain\w*|fluid|flu|bal|lavage|vitreous|gastric|gast|bile|sweat|saliva|semen)\b"),
    ("tissue", r"\b(?:sputum|spt|swab|tissue|tiss|biopsy|wound|wnd|abscess|marrow|mar|aspirate|hair|nail|isolate|islt|catheter tip)\b"),
    ("stool", r"\b(?:stool|stl|f(?:a)?ec(?:al|es)|rectal)\b"),
    ("urine", r"\b(?:urine|ur|urc|urt|urns|ur24h|urinary|midstream)\b"),
    ("blood", r"\b(?:blood|bld|blda|bldc|bldv|serum|ser|plasma|plas|pla|ppp|prp|wb|venous|arterial|capillary|whole)\b"),
)  # fmt: skip
_SPECIMEN = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KNOWN)


_ARTERIAL = re.compile(r"\b(?:arterial|blda|artery|art)\b", re.IGNORECASE)
_OF_ARTERIAL_BLOOD = {"11558-4": "2744-1", "11557-6": "2019-8", "11556-8": "2703-7"}
"""Gases "in Blood", of whichever vessel -> the same "in Arterial blood": many laboratories say which only of the specimen."""


def of_that_vessel(loinc: str, specimen: str) -> str:
    """The code of what was measured, the vessel taken from the specimen where the code leaves it open."""
    return _OF_ARTERIAL_BLOOD[loinc] if loinc in _OF_ARTERIAL_BLOOD and _ARTERIAL.search(specimen) else loinc


def specimen_words(kind: str, site: str) -> str:
    """What is known of a specimen: its kind; of the site from which it was taken only that it was the cord."""
    return f"{kind} cord".strip() if _SPECIMEN[0][1].search(site) else kind


@lru_cache(maxsize=4096)
def is_of_another(analyte: Analyte, specimen: str) -> bool:
    """Whether the specimen is known and is not what this analyte is measured in: urine, CSF, a body fluid, the cord (DOMAIN F.1)."""
    if not specimen or analyte.slug in _BEDSIDE:
        return False
    kind = next((kind for kind, pattern in _SPECIMEN if pattern.search(specimen)), None)
    return kind is not None and kind != _OTHERS.get(analyte.slug, "blood")
