"""ICD-10 codes travel un-dotted and upper case (`N179`); the dot is for the screen (`N17.9`)."""

from typing import NewType

Icd10Cm = NewType("Icd10Cm", str)
Icd10Pcs = NewType("Icd10Pcs", str)

_SECTIONS = frozenset("0123456789BCDFG")
_PCS_LENGTH = 7


def undotted(code: str) -> Icd10Cm:
    """The travelling form of a diagnosis code."""
    return Icd10Cm(code.replace(".", "").strip().upper())


def is_procedure(code: str) -> bool:
    """Whether it has the form of an ICD-10-PCS code: of seven characters, in a section where diagnoses have fewer or begin otherwise."""
    of_section = code[:1] in _SECTIONS or code[:2] == "X2" or (code[:1] in ("H", "X") and not code[1:3].isdigit())
    return len(code) == _PCS_LENGTH and of_section


def written(code: str) -> str:
    """The form that people read, of a diagnosis or of a procedure: a procedure's code has no dot."""
    return code if is_procedure(code) else dotted(code)


def dotted(code: str) -> str:
    """The form that people read."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"
