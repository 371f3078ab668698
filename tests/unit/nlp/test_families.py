"""Families of terms: what is told by a pattern or taken over whole is found where it stands, and nowhere else."""

from pathlib import Path

import pytest

from opencdi.knowledge.concepts import WrongConcepts, load_concepts
from opencdi.knowledge.lexicon import load_synonyms
from opencdi.knowledge.words import word_form
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "nlp"
READER = load_reader(FOLDER)


def read(text: str) -> list[tuple[str, str]]:
    return [(found.text, found.attributes.get("site") or found.concept) for found in READER.read(text).findings]


@pytest.mark.parametrize(
    ("text", "words", "site"),
    [
        ("Breast cancer with liver metastases.", "liver metastases", "liver"),
        ("prostate ca, mets to bone", "mets to bone", "bone"),
        ("Melanoma metastatic to the brain.", "metastatic to the brain", "brain"),
        ("CT: hepatic metastatic lesions", "hepatic metastatic lesions", "liver"),
        ("metastasis to the left adrenal gland; adrenal mets stable", "adrenal mets", "adrenal"),
    ],
)
def test_a_secondary_is_read_with_its_site(text: str, words: str, site: str) -> None:
    assert (words, site) in read(text)


@pytest.mark.parametrize("text", ["exercise tolerance > 4 METs", "he met criteria for discharge", "METS 10 on the treadmill"])
def test_no_secondary_is_read_where_none_is(text: str) -> None:
    assert "metastasis" not in {found.concept for found in READER.read(text).findings}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        # primaries by site and pattern
        ("Carcinoma of the bladder, T2", "icd10cm:C679"),
        ("renal adenocarcinoma on biopsy", "icd10cm:C649"),
        ("squamous cell carcinoma of the larynx", "icd10cm:C329"),
        ("prostatic adenocarcinoma, Gleason 7", "prostate-cancer"),
        # single words of the tabular, chapter R among them
        ("horizontal nystagmus on left gaze", "icd10cm:H5500"),
        ("alopecia since chemo", "icd10cm:L659"),
        ("nocturia x3", "icd10cm:R351"),
        ("heartburn after meals", "icd10cm:R12"),
        # an organ by its adjective
        ("CT shows a duodenal stenosis", "icd10cm:K315"),
        # a longer term of another chapter is no form of the disease inside it
        ("portal hypertension with varices", "icd10cm:K766"),
        ("cystoid macular edema", "icd10cm:H3581"),
        ("subcutaneous emphysema of the chest wall", "subcutaneous-emphysema"),
        ("Cancer related pain, on methadone", "icd10cm:G893"),
        # operations and devices by their families
        ("s/p orchiopexy as a child", "orchiectomy"),
        ("hysteroscopy and polypectomy", "polypectomy"),
        ("JP drain and hemovac in place", "drain"),
        ("bone marrow bx tomorrow", "biopsy"),
        ("rectal tube for diarrhea", "rectal-tube"),
        # clippings and British spelling
        ("chronic liver dz", "icd10cm:K769"),
        ("distal radius fx after a fall", "fracture"),
        ("renal tumour? renal calculi seen", "nephrolithiasis"),
        ("dyspnoea on exertion", "dyspnea"),
        ("coeliac disease", "icd10cm:K900"),
    ],
)
def test_what_the_families_name_is_found(text: str, concept: str) -> None:
    assert concept in {found.concept for found in READER.read(text).findings}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Sepsis alert called overhead", "icd10cm:A419"),
        ("Seen by the stroke team", "icd10cm:I639"),
        ("portal hypertension", "hypertension"),
        ("subcutaneous emphysema", "copd"),
        ("AVF with good bruit and thrill", "icd10cm:R0989"),
        ("TPN, central hyperalimentation", "icd10cm:R632"),
        ("tetanus updated in the ED", "icd10cm:A35"),
        ("advised to quit smoking", "icd10cm:Z87891"),
        ("mild cognitive impairment on testing", "dementia"),
    ],
)
def test_what_only_shares_a_word_is_not(text: str, concept: str) -> None:
    assert concept not in {found.concept for found in READER.read(text).findings}


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("dyspnoea", "dyspnea"), ("faecal", "fecal"), ("gynaecology", "gynecology"), ("oestrogen", "estrogen"), ("neutropaenia", "neutropenia"),
        ("tumours", "tumor"), ("calculi", "calculus"), ("metastases", "metastasis"), ("dz", "disease"),
    ],
)  # fmt: skip
def test_spellings_and_plurals_are_one_word(written: str, form: str) -> None:
    assert word_form(written) == form


def test_every_word_of_a_site_is_told_with_every_pattern() -> None:
    terms = dict(load_synonyms(FOLDER))
    assert terms["cancer of the bladder"] == terms["vesical carcinoma"] == "C679"
    metastasis = load_concepts(FOLDER)["metastasis"].terms
    assert metastasis["hepatic mets"] == metastasis["metastatic to the liver"] == {"site": "liver"}


def test_a_pattern_of_no_attribute_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "concepts.yaml").write_text('x: {kind: diagnosis, each: {colour: {red: [rosy]}, terms: ["{} x"]}}', encoding="utf-8")
    with pytest.raises(WrongConcepts, match="colour"):
        load_concepts(tmp_path)
