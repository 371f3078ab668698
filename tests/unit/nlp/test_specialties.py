"""Names of the specialties: signs, complaints, complications, drugs and devices as notes word them, and the words that only look like one."""

from pathlib import Path

import pytest

from opencdi.events.reading import Finding
from opencdi.knowledge.concepts import WrongConcepts, load_named
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def found(line: str) -> dict[str, Finding]:
    return {finding.concept: finding for finding in READER.read(line).findings}


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("Afebrile overnight, no new complaints.", "fever"),
        ("She has remained afebrile on oral therapy.", "fever"),
        ("Sclerae anicteric.", "jaundice"),
        ("Abdomen soft, nontender, nondistended.", "tenderness"),
        ("Abdomen soft, nontender, nondistended.", "distension"),
        ("He is a lifelong nonsmoker.", "tobacco-use"),
        ("Never smoked, drinks wine on holidays.", "tobacco-use"),
    ],
)
def test_a_word_may_say_that_its_sign_is_not_there(line: str, concept: str) -> None:
    told = found(line)[concept]
    assert (told.assertion, told.active) == ("absent", "no")


@pytest.mark.parametrize(
    ("line", "concept", "instead"),
    [
        ("Portal hypertension with splenomegaly.", "icd10cm:K766", "hypertension"),
        ("Ulcerative colitis, left sided.", "ulcerative-colitis", "colitis"),
        ("Organizing pneumonia on biopsy.", "icd10cm:J8489", "pneumonia"),
        ("Primary sclerosing cholangitis.", "icd10cm:K8301", "cholangitis"),
        ("Heat stroke after a road race.", "icd10cm:T6701XA", "stroke"),
        ("Heparin induced thrombocytopenia, argatroban begun.", "icd10cm:D7582", "thrombocytopenia"),
        ("Central diabetes insipidus after surgery.", "icd10cm:E232", "diabetes-mellitus"),
        ("Idiopathic intracranial hypertension.", "icd10cm:G932", "hypertension"),
        ("Whooping cough in a toddler.", "icd10cm:A37", "cough"),
    ],
)
def test_a_longer_name_of_other_codes_is_another_disease(line: str, concept: str, instead: str) -> None:
    concepts = {name[: len(concept)] for name in found(line)}
    assert concept in concepts
    assert instead not in found(line)


@pytest.mark.parametrize(
    ("line", "concept", "code"),
    [
        ("Sepsis due to Escherichia coli.", "sepsis", "A4151"),
        ("Salmonella pneumonia in a transplant patient.", "pneumonia", "A0222"),
        ("Autoimmune hemolytic anemia.", "anemia", "D5910"),
        ("Alcoholic cirrhosis.", "cirrhosis", "K7030"),
    ],
)
def test_the_same_disease_told_closer_stays_it(line: str, concept: str, code: str) -> None:
    assert found(line)[concept].attributes["icd10cm"][:4] == code[:4]


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("PAST MEDICAL HISTORY: Iron deficiency anemia.", "anemia"),
        ("PAST MEDICAL HISTORY: Vitamin B12 deficiency.", "icd10cm:E538"),
        ("PAST MEDICAL HISTORY: Myasthenia gravis.", "icd10cm:G7000"),
        ("PAST MEDICAL HISTORY: Migraine.", "icd10cm:G43909"),
        ("PAST MEDICAL HISTORY: Venous insufficiency.", "icd10cm:I872"),
        ("PAST MEDICAL HISTORY: Primary sclerosing cholangitis.", "icd10cm:K8301"),
        ("History of psoriasis.", "icd10cm:L409"),
    ],
)
def test_disease_that_does_not_end_is_the_patient_s(line: str, concept: str) -> None:
    told = found(line)[concept]
    assert (told.temporality, told.active) == ("historical", "yes")


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("Diminished breath sounds at the left base.", "diminished-breath-sounds"),
        ("Subcostal retractions and grunting in the infant.", "accessory-muscle-use"),
        ("Mucosa friable with contact bleeding.", "friable-tissue"),
        ("Straight leg raising is positive on the right.", "straight-leg-raise-pain"),
        ("Hoffmann signs are present bilaterally.", "long-tract-sign"),
        ("Sensation is diminished over the dorsum of the foot.", "sensory-loss"),
        ("She sees floaters in the right eye.", "visual-disturbance"),
        ("Scaly plaques on both elbows.", "papule"),
        ("Fine excoriations on the forearms.", "excoriation"),
        ("The periwound skin is macerated.", "maceration"),
        ("Loss of interest, poor concentration and early morning awakening.", "loss-of-interest"),
        ("Loss of interest, poor concentration and early morning awakening.", "poor-sleep"),
        ("Morning stiffness of the hands lasts an hour.", "stiffness"),
        ("MRI: disk herniation at L5-S1.", "disc-herniation"),
        ("Nonunion of the scaphoid.", "fracture"),
        ("Torn meniscus on the left.", "tear"),
        ("Consent included bowel injury.", "operative-injury"),
        ("Carcinoma of the right breast, stage II.", "breast-cancer"),
        ("Adenocarcinoma of the sigmoid colon.", "colon-cancer"),
        ("A ureteral calculus obstructs the left kidney.", "nephrolithiasis"),
        ("Rectal bleeding for two days.", "hematochezia"),
        ("He came after kidney transplantation.", "kidney-transplant"),
        ("The lesion was excised.", "excision"),
        ("Two cannulated screws were placed.", "orthopedic-hardware"),
        ("1% lidocaine was infiltrated.", "lidocaine"),
        ("Prepped with betadine.", "povidone-iodine"),
        ("ALLERGIES: sulfa.", "sulfa"),
        ("She takes antacids and nonsteroidals.", "nsaids"),
        ("Nepro at 40 ml/h by tube.", "tube-feeding"),
        ("4 units FFP were given.", "transfusion"),
    ],
)  # fmt: skip
def test_the_specialties_names_are_read(line: str, concept: str) -> None:
    assert concept in found(line)


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("Hemostasis with bipolar cautery.", "bipolar-disorder"),
        ("Vaccinated against influenza this fall.", "fall"),
        ("FVC falls to 40% supine.", "fall"),
        ("Needle aspiration of the knee.", "aspiration"),
        ("Clear fluid was aspirated from the joint.", "aspiration"),
        ("Referred to the pain clinic.", "pain"),
        ("Withdraws to pain, no eye opening.", "pain"),
        ("A corneal paracentesis was made at the limbus.", "paracentesis"),
        ("Febrile seizure at the age of two.", "fever"),
        ("Cataract extraction of the left eye.", "icd10cm:H269"),
        ("Faint green tint of the dressing.", "syncope"),
        ("DIC panel sent.", "dic"),
        ("avg of three readings", "arteriovenous-fistula"),
        ("Q waves in aVF.", "arteriovenous-fistula"),
        ("Body mass index of 31.", "icd10cm:Z68"),
        ("The ureteroscope was advanced.", "cystoscopy"),
        ("Mother had gestational diabetes.", "diabetes-mellitus"),
        ("FEV1 62% pred", "prednisone"),
        ("Skull is depressed over the parietal bone with fracture.", "depression"),
        ("A 12 mm port at the umbilicus.", "central-line"),
        ("Vesicoureteral reflux as a child.", "gerd"),
        ("Ear with middle ear effusion.", "pleural-effusion"),
        ("Ca 8.1, albumin 2.9 g/dL", "albumin-infusion"),
        ("Stenosis of 70% of the LAD at cath.", "lymphadenopathy"),
        ("Dr. Murphy saw the gallbladder on CT.", "murphy-sign"),
    ],
)  # fmt: skip
def test_what_only_shares_a_word_is_not(line: str, concept: str) -> None:
    assert concept not in found(line)


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("abd soft, mild epigastric ttp", "tenderness"),
        ("Cirrhosis c/b ascites and HE.", "encephalopathy"),
        ("Diet without restriction for HE", "encephalopathy"),
        ("cardiac exam: no murmur, rub or gallop", "friction-rub"),
        ("Moderate serous drainage from the wound", "drainage"),
        ("No guarding or rebound", "guarding"),
        ("8 mm stone in the proximal ureter", "nephrolithiasis"),
        ("stones in the gallbladder with wall thickening", "cholelithiasis"),
        ("CXR: no effusion or pneumothorax", "pleural-effusion"),
        ("TTE: LVEF 60%, no effusion", "icd10cm:I3139"),
        ("CT head: no hemorrhage, no midline shift", "intracranial-hemorrhage"),
        ("LLL collapse from a mucus plug", "atelectasis"),
        ("forehead lac needs repair with sutures", "laceration"),
        ("Heartburn and reflux on omeprazole", "gerd"),
        ("He is a known alcoholic", "alcohol-use-disorder"),
        ("Feeling anxious and depressed since her loss", "depression"),
        ("NECK: supple, no LAD", "lymphadenopathy"),
        ("Dry cough with nasal discharge and congestion", "nasal-congestion"),
        ("EKG: STE in leads II and III", "st-segment-change"),
        ("BP soft on neo and vaso, MAP 60", "vasopressor"),
        ("sedated on prop and fent, RASS -3", "propofol"),
        ("COPD flare, pred 40 mg daily", "prednisone"),
        ("amp and gent for chorio", "antibiotics"),
        ("TF at goal, residuals low", "tube-feeding"),
        ("weaned off the vent", "mechanical-ventilation"),
        ("PP: SVD, baby well", "vaginal-delivery"),
        ("Port accessed for chemo", "central-line"),
        ("plate and distal screws on the fibula", "orthopedic-hardware"),
        ("prior chemo and radiation for breast cancer", "radiation-therapy"),
        ("VF arrest, shocked twice, ROSC", "defibrillation"),
        ("34M with AIDS, CD4 20", "icd10cm:B20"),
        ("MG crisis, NIF -20", "icd10cm:G7001"),
        ("Rheum: SEM at RUSB, heart regular", "heart-murmur"),
        ("calcium and vitamin D for hypocalcemia", "calcium-supplement"),
    ],
)  # fmt: skip
def test_a_short_word_is_read_in_its_company(line: str, concept: str) -> None:
    assert concept in found(line)


def test_a_row_stands_in_one_file_only(tmp_path: Path) -> None:
    for name in ("named.yaml", "signs.yaml"):
        (tmp_path / name).write_text("warmth: {kind: symptom, terms: [warmth]}", encoding="utf-8")
    with pytest.raises(WrongConcepts, match="two files"):
        load_named(tmp_path)
