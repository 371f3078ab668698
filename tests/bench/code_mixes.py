"""Claims to group: the 840 code mixes of the public oracle where they are, else as many drawn from the tabular; no two alike."""

import random

from integration.test_drg_oracle import DATA, claim, rows
from opencdi.knowledge.code_editor import never_principal
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, is_valid
from opencdi.knowledge.icd10cm import tabular

VERSION, ORACLE = 431, "drg-oracle/mdace_code_mixes_v431.csv"
PROCEDURES = ("5A1955Z", "30233N1", "02HV33Z", "0DJ08ZZ", "0SRC0J9", "5A1D70Z", "027034Z", "0JB80ZZ")


def claims() -> tuple[str, list[GrouperClaim]]:
    """Where they come from, and the claims."""
    if (DATA / ORACLE).exists():
        return "the oracle's code mixes", list({claim(row, VERSION, with_poa=True): None for row in rows(ORACLE)})
    return "drawn from the tabular", drawn(840)


def drawn(count: int) -> list[GrouperClaim]:
    """Mixes of one to thirty secondary diagnoses, the same at each run."""
    by = random.Random(431)
    codes = [code for code in tabular() if tabular().billable(code) and is_valid(code, VERSION)]
    first = [code for code in by.sample(codes, 4000) if code[0] not in "OPVWXYZ" and never_principal(code, VERSION) is None]
    return [
        GrouperClaim(
            VERSION, by.randint(18, 95), by.choice("MF"), by.choice((1, 3, 6, 20, 62)), CodedDiagnosis(by.choice(first), "Y"),
            tuple(CodedDiagnosis(code, by.choice("YYYN")) for code in by.sample(codes, by.randint(1, 30))),
            tuple(by.sample(PROCEDURES, by.randint(0, 2))),
        )
        for _ in range(count)
    ]  # fmt: skip
