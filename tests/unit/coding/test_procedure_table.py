"""The closed list of procedures: every code is one of every year, means what the table says, and moves the DRG that it should."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from opencdi.coding.procedure_table import Branch, ProcedureRow, Tree, all_codes, every_code, load_procedures, resolved
from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.knowledge.icd10pcs import title_of, valid_on
from opencdi.knowledge.procedure_names import load_procedure_names
from opencdi.settings import rules_dir

TABLE = load_procedures(rules_dir() / "coding" / "procedures.yaml")
NAMES = load_procedure_names(rules_dir() / "nlp")
IN_FORCE = [release for release in RELEASES if 2024 <= release.fiscal_year <= 2027]
OF_THE_VENTILATOR = {
    "extubation",
    "ventilation",
    "still-ventilated",
    "noninvasive-ventilation",
    "noninvasive-ended",
    "high-flow",
    "high-flow-ended",
}


@pytest.mark.parametrize("release", IN_FORCE, ids=[release.name for release in IN_FORCE])
def test_every_code_is_valid_in_every_release_in_force(release: object) -> None:
    day = next(one for one in IN_FORCE if one is release).first_day
    assert [code for code in sorted(all_codes(TABLE)) if not valid_on(code, day)] == []


def test_every_code_has_its_official_title() -> None:
    assert [code for code in sorted(all_codes(TABLE)) if not title_of(code)] == []
    assert (title_of("5A1955Z"), title_of("ZZZZZZZ")) == ("Respiratory Ventilation, Greater than 96 Consecutive Hours", "")


def test_what_is_read_and_what_is_coded_are_the_same_list() -> None:
    assert set(NAMES.told) - OF_THE_VENTILATOR == set(TABLE.codes)


def attributes_in(tree: Tree) -> Iterator[tuple[str, str]]:
    if isinstance(tree, Branch):
        for value, below in tree.by_value.items():
            yield tree.attribute, value
            yield from attributes_in(below)


def told_of(row: ProcedureRow) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for tree in (row.codes, *row.axes.values()):
        for attribute, value in attributes_in(tree):
            found.setdefault(attribute, set()).add(value)
    return found


# (attribute, value) -> what the official title of its code must say (any of them).
SAYS = {
    ("laterality", "right"): ("Right",), ("laterality", "left"): ("Left",), ("approach", "open"): ("Open",), ("approach", "percutaneous"): ("Percutaneous Approach",),
    ("approach", "laparoscopic"): ("Percutaneous Endoscopic",), ("approach", "robotic"): ("Percutaneous Endoscopic",), ("approach", "vaginal"): ("Natural or Artificial Opening",),
    ("cement", "cemented"): (", Cemented",), ("cement", "uncemented"): ("Uncemented",), ("purpose", "diagnostic"): ("Diagnostic",),
    ("kind", "continuous"): ("Continuous",), ("kind", "intermittent"): (", Intermittent",), ("kind", "prolonged"): ("Prolonged",), ("kind", "venovenous"): ("Veno-venous",), ("kind", "venoarterial"): ("Veno-arterial",),
    ("product", "red-cells"): ("Red Blood Cells",), ("product", "platelets"): ("Platelets",), ("product", "frozen-plasma"): ("Frozen Plasma",), ("product", "cryoprecipitate"): ("Cryoprecipitate",), ("product", "whole-blood"): ("Whole Blood",),
    ("vein", "peripheral"): ("Peripheral Vein",), ("vein", "central"): ("Central Vein",),
    ("tip", "superior-vena-cava"): ("Superior Vena Cava",), ("tip", "right-atrium"): ("Right Atrium",), ("tip", "inferior-vena-cava"): ("Inferior Vena Cava",), ("tip", "femoral-vein"): ("Femoral Vein",),
    ("method", "excisional"): ("Excision",), ("method", "nonexcisional"): ("Extraction",), ("depth", "skin"): ("Skin",), ("depth", "subcutaneous"): ("Subcutaneous",), ("depth", "fascia"): ("Fascia",), ("depth", "muscle"): ("Muscle",),
    ("site", "foot"): ("Foot",), ("site", "hand"): ("Hand",), ("site", "lower-leg"): ("Lower Leg",), ("site", "upper-leg"): ("Upper Leg",), ("site", "buttock"): ("Buttock", "Hip Muscle"), ("site", "back"): ("Back",), ("site", "abdomen"): ("Abdomen",),
    ("site", "chest"): ("Chest", "Thorax"), ("site", "perineum"): ("Perineum",), ("site", "scalp"): ("Scalp",), ("site", "face"): ("Face",), ("site", "groin"): ("Inguinal",), ("site", "neck"): ("Neck",), ("site", "upper-arm"): ("Upper Arm",), ("site", "lower-arm"): ("Lower Arm",),
    ("site", "sacrum"): ("Sacrum", "Back"), ("site", "tibia"): ("Tibia",), ("site", "calcaneus"): ("Tarsal",), ("site", "metatarsal"): ("Metatarsal",), ("site", "toe"): ("Toe Phalanx",), ("site", "coccyx"): ("Coccyx",), ("site", "fibula"): ("Fibula",), ("site", "ischium"): ("Pelvic Bone",),
    ("site", "stomach"): ("of Stomach,",), ("site", "duodenum"): ("Duodenum",), ("site", "esophagus"): ("Esophagus",), ("site", "pylorus"): ("Pylorus",), ("site", "cecum"): ("Cecum",), ("site", "ascending"): ("Ascending",), ("site", "transverse"): ("Transverse",),
    ("site", "descending"): ("Descending",), ("site", "sigmoid"): ("Sigmoid",), ("site", "rectum"): ("Rectum",), ("site", "terminal-ileum"): ("Ileum",), ("site", "right-upper-lobe"): ("Right Upper Lung",), ("site", "right-middle-lobe"): ("Right Middle Lung",),
    ("site", "right-lower-lobe"): ("Right Lower Lung",), ("site", "left-upper-lobe"): ("Left Upper Lung",), ("site", "lingula"): ("Lingula",), ("site", "left-lower-lobe"): ("Left Lower Lung",), ("site", "aortic"): ("Aortic Valve",), ("site", "mitral"): ("Mitral Valve",),
    ("site", "intracranial"): ("Intracranial Artery",), ("site", "internal-carotid"): ("Internal Carotid",), ("site", "common-carotid"): ("Common Carotid",), ("site", "lumbar"): ("Lumbar",), ("site", "cervical"): ("Cervical",), ("site", "thoracic"): ("Thoracic",),
    ("segment", "right"): ("Right Large Intestine",), ("segment", "left"): ("Left Large Intestine",), ("segment", "sigmoid"): ("Sigmoid",), ("segment", "transverse"): ("Transverse",), ("segment", "total"): ("of Large Intestine",), ("segment", "jejunum"): ("Jejunum",), ("segment", "ileum"): ("Ileum",),
    ("arteries", "1"): ("One Artery",), ("arteries", "2"): ("Two Arteries", "One Artery from Left Internal Mammary, Open Approach + Bypass Coronary Artery, One Artery from Aorta"), ("arteries", "3"): ("Three Arteries", "One Artery from Left Internal Mammary, Open Approach + Bypass Coronary Artery, Two Arteries from Aorta"), ("arteries", "4"): ("Four or More Arteries",), ("device", "drug-eluting"): ("Drug-eluting",), ("device", "stent-retriever"): ("Stent Retriever",),
    ("device", "bioprosthetic"): ("Zooplastic",), ("device", "mechanical"): ("Synthetic",), ("fixation", "nail"): ("Intramedullary",), ("fixation", "plate-or-screws"): ("with Internal Fixation",), ("mesh", "yes"): ("Supplement",), ("mesh", "no"): ("Repair",),
    ("level", "high"): ("High",), ("level", "mid"): ("Mid",), ("level", "low"): ("Low,",), ("level", "complete"): ("Complete",), ("toe", "1"): ("1st Toe",), ("toe", "2"): ("2nd Toe",), ("toe", "3"): ("3rd Toe",), ("toe", "4"): ("4th Toe",), ("toe", "5"): ("5th Toe",),
    ("bearing", "metal-on-polyethylene"): ("Metal on Polyethylene",), ("bearing", "ceramic-on-polyethylene"): ("Ceramic on Polyethylene",), ("incision", "low"): ("Low",), ("heart", "left"): ("Left Heart",), ("heart", "right"): ("Right Heart",), ("heart", "both"): ("Bilateral",),
    ("with", "biopsy"): ("Diagnostic",), ("with", "control"): ("Control Bleeding",), ("extent", "lobe"): ("Lobe",), ("freed", "cord"): ("Spinal Cord",), ("freed", "nerve-root"): ("Nerve",),
}  # fmt: skip


@pytest.mark.parametrize("slug", sorted(TABLE.codes))
def test_the_official_title_says_what_the_words_say(slug: str) -> None:
    attributes = told_of(TABLE.codes[slug])
    names = sorted(attributes)
    reached: set[str] = set()
    for values in product(*(sorted(attributes[name]) for name in names)):
        told = {name: value for name, value in zip(names, values, strict=True) if value != "none"}
        codes = resolved(TABLE, slug, told).codes
        reached |= set(codes)
        titles = " + ".join(title_of(code) for code in codes)
        for said in told.items():
            without = resolved(TABLE, slug, {name: value for name, value in told.items() if name != said[0]})
            if codes and without.codes != codes and said in SAYS:  # it decided something
                assert any(words in titles for words in SAYS[said]), (said, titles)
    if names != ["levels"]:
        assert reached == every_code(TABLE, slug)


@pytest.mark.parametrize("slug", sorted(slug for slug, row in TABLE.codes.items() if isinstance(row.codes, Branch)))
def test_what_is_missing_is_asked_and_can_be(slug: str) -> None:
    found = resolved(TABLE, slug, {})
    assert found.codes or found.missing or TABLE.codes[slug].beside  # what counts only beside another
    assert all(name in TABLE.asks for name in told_of(TABLE.codes[slug]))
    assert set(found.choices) <= every_code(TABLE, slug)


def test_a_value_that_the_list_does_not_know_is_no_code() -> None:
    assert resolved(TABLE, "cholecystectomy", {"approach": "transvaginal"}).codes == ()
    assert resolved(TABLE, "egd", {"with": "several"}).missing == ("with",)


@pytest.mark.parametrize(
    ("row", "said"),
    [("{code: 0FT44ZZ}", "unknown field code"), ("{codes: {approach: {open: 1}, side: {}}}", "neither a code nor one attribute")],
)
def test_a_table_that_cannot_be_used_names_its_row(tmp_path: Path, row: str, said: str) -> None:
    table = tmp_path / "procedures.yaml"
    table.write_text(f"asks: {{}}\nventilation: {{}}\nothers: {{}}\nintegral: []\ncodes:\n  cholecystectomy: {row}\n")
    with pytest.raises(ValueError, match=f"cholecystectomy: {said}"):
        load_procedures(table)


MOVES = [
    ("A419", ("5A1955Z",), "872", "870"),
    ("J9601", ("5A1955Z",), "189", "207"),
    ("J9601", ("5A1945Z",), "189", "208"),
    ("J9601", ("0B113F4", "5A1955Z"), "189", "004"),
    ("L97512", ("0JBQ0ZZ",), "594", "572"),
    ("K8000", ("0FT44ZZ",), "446", "419"),
    ("K8000", ("0FT40ZZ",), "446", "416"),
    ("K3580", ("0DTJ4ZZ",), "395", "399"),
    ("I214", ("027034Z",), "282", "322"),
    ("I2510", ("02100Z9", "021209W"), "303", "236"),
    ("I2510", ("02100Z9", "021209W", "4A023N7"), "303", "234"),
    ("I442", ("0JH606Z", "02H63JZ", "02HK3JZ"), "310", "244"),
    ("I350", ("02RF38Z",), "307", "267"),
    ("S72001A", ("0SRR0JZ",), "536", "522"),
    ("S72141A", ("0QS636Z",), "536", "482"),
    ("M1711", ("0SRC0JZ",), "554", "470"),
    ("O34211", ("10D00Z1",), "833", "788"),
    ("I6350", ("3E03317",), "066", "063"),
    ("I6350", ("03CG3ZZ",), "066", "024"),
    ("S065X0A", ("00C40ZZ",), "087", "027"),
    ("I6521", ("03CK0ZZ",), "068", "039"),
    ("C182", ("0DTF4ZZ",), "376", "331"),
    ("E1152", ("0Y6J0Z2",), "301", "241"),
    ("C61", ("0VT04ZZ", "0VT34ZZ"), "724", "708"),
    ("D259", ("0UT94ZZ", "0UTC4ZZ"), "761", "743"),
]


@pytest.mark.parametrize(("principal", "codes", "without", "with_it"), MOVES, ids=[f"{p} {'+'.join(c)}" for p, c, _, _ in MOVES])
def test_procedures_of_the_list_move_the_drg(principal: str, codes: tuple[str, ...], without: str, with_it: str) -> None:
    sex = "M" if principal == "C61" else "F"
    claim = GrouperClaim(431, 45, sex, 1, CodedDiagnosis(principal, "Y"))  # type: ignore[arg-type]  # M or F
    done = GrouperClaim(431, 45, sex, 1, CodedDiagnosis(principal, "Y"), (), codes)  # type: ignore[arg-type]
    assert (group(claim).drg, group(done).drg) == (without, with_it)
    assert set(codes) <= all_codes(TABLE)
