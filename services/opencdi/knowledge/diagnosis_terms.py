"""The linter's own lexicon: a diagnosis, the terms that name it, the words of indicators that can support it (Q-10, Q-12, Q-19).

Diagnoses of the concept table (`rules/nlp/concepts.yaml`) that are not in it are known by name only: they may be asked about where they are
documented, and nothing is known here that would support them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from opencdi.knowledge.concepts import load_concepts
from opencdi.settings import rules_dir

NEGATED_BEFORE = re.compile(
    r"(?:without|no|not|never|rather than|absence of|ruled out|other than|excluding)\s+(?:\w+\s+){0,3}$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis as the linter knows it.  `support`: beginnings of words in indicators, one of which it takes to offer it."""

    concept: str
    terms: tuple[str, ...]
    support: tuple[str, ...] = ()
    family: str = ""  # documented relatives that make naming it no news ("acute respiratory failure" for its types)


_INFECTION = (
    "culture",
    "antibiotic",
    "wbc",
    "temperature",
    "t ",
    "fever",
    "bands",
    "procalcitonin",
    "purulen",
    "cough",
    "infiltrate",
    "urinalysis",
    "ua ",
    "pyuria",
    "dysuria",
    "consolidation",
    "ceftriaxone",
    "cefepime",
    "vancomycin",
    "piperacillin",
    "erythema",
    "drain",
    "nitrite",
    "crp",
    "sputum",
)
_SIRS = (
    *_INFECTION,
    "heart rate",
    "hr ",
    "respiratory rate",
    "rr ",
    "lactate",
    "map",
    "sbp",
    "hypotens",
    "bp ",
    "tachy",
    "platelet",
    "creatinine",
    "gcs",
    "bilirubin",
    "norepinephrine",
    "vasopressor",
    "leukocyt",
    "white",
)
_KIDNEY = ("creatinine", "cr ", "urine output", "oligur", "bun", "egfr", "renal", "uo ", "dialysis", "fena", "casts")
_OXYGEN = (
    "spo2",
    "pao2",
    "paco2",
    "pco2",
    "po2",
    "ph ",
    "arterial",
    "abg",
    "oxygen",
    "bipap",
    "ventilat",
    "accessory",
    "respiratory rate",
    "rr ",
    "o2",
    "hypox",
    "saturation",
    "sat ",
    "breath",
    "fio2",
    "cannula",
    "intubat",
    "cpap",
    "dyspnea",
    "tripod",
    "p/f",
)
_FOOD = (
    "bmi",
    "weight",
    "intake",
    "muscle",
    "fat ",
    "temporal",
    "wasting",
    "dietitian",
    "nutrition",
    "supplement",
    "grip",
    "cachexia",
    "eating",
    "meals",
    "loss",
    "aspen",
    "malnutrition",
    "malnourished",
    "feeding",
    "appetite",
    "underweight",
)
_MIND = (
    "gcs",
    "confus",
    "disorient",
    "letharg",
    "mental",
    "cam",
    "ammonia",
    "sodium",
    "na ",
    "glucose",
    "somnol",
    "orient",
    "arous",
    "obtund",
    "inattent",
    "agitat",
    "bun",
    "paco2",
    "eeg",
    "delirious",
    "delirium",
    "alert",
    "encephal",
)
_HEART = (
    "ef",
    "ejection",
    "bnp",
    "furosemide",
    "diuretic",
    "edema",
    "congestion",
    "jvd",
    "echo",
    "orthopnea",
    "crackles",
    "rales",
    "bumetanide",
)
_BLOOD = ("hemoglobin", "hgb", "hb ", "hematocrit", "transfus", "bleed", "melena", "ferritin", "blood loss", "prbc", "ebl")

DIAGNOSES: tuple[Diagnosis, ...] = (
    Diagnosis("septic-shock", ("septic shock",), (*_SIRS,), "sepsis"),
    Diagnosis("severe-sepsis", ("severe sepsis",), _SIRS, "sepsis"),
    Diagnosis("sepsis", ("sepsis", "septicemia", "septic"), _SIRS, "sepsis"),
    Diagnosis("bacteremia", ("bacteremia",), ("culture", "bottle")),
    Diagnosis("urosepsis", ("urosepsis",), _SIRS),
    Diagnosis("urinary-tract-infection", ("urinary tract infection", "uti", "cystitis", "pyelonephritis"), _INFECTION, "infection"),
    Diagnosis("aspiration-pneumonia", ("aspiration pneumonia", "aspiration pneumonitis"), (*_INFECTION, "aspirat", "swallow", "emesis",
        "vomit", "dysphagia", "lobe")),
    Diagnosis("pneumonia", ("pneumonia",), (*_INFECTION, *_OXYGEN, "chest", "x-ray", "cxr", "ct "), "infection"),
    Diagnosis("cellulitis", ("cellulitis",), _INFECTION, "infection"),
    Diagnosis("infection", ("localized infection", "local infection"), _SIRS, "infection"),
    Diagnosis("acute-tubular-necrosis", ("acute tubular necrosis", "atn"), _KIDNEY),
    Diagnosis("acute-kidney-injury", ("acute kidney injury", "aki", "acute renal failure", "acute kidney failure"), _KIDNEY, "kidney"),
    Diagnosis("chronic-kidney-disease", ("chronic kidney disease", "ckd"), _KIDNEY, "kidney"),
    Diagnosis("end-stage-renal-disease", ("end stage renal disease", "end-stage renal disease", "esrd"), _KIDNEY),
    Diagnosis("dehydration", ("dehydration", "hypovolemia", "volume depletion"), (*_KIDNEY, "fluid", "saline", "ringer", "turgor",
        "membranes", "sodium", "orthosta")),
    Diagnosis("acute-respiratory-failure", ("acute hypoxic and hypercapnic respiratory failure", "acute hypoxic respiratory failure",
              "acute hypercapnic respiratory failure", "acute on chronic respiratory failure", "acute respiratory failure"), _OXYGEN,
              "respiratory-failure"),
    Diagnosis("chronic-respiratory-failure", ("chronic respiratory failure", "chronic hypoxic respiratory failure"), (*_OXYGEN, "home"),
        "respiratory-failure"),
    Diagnosis("respiratory-failure", ("respiratory failure",), _OXYGEN, "respiratory-failure"),
    Diagnosis("ards", ("acute respiratory distress syndrome", "ards"), _OXYGEN),
    Diagnosis("hypoxia", ("hypoxia", "hypoxemia"), _OXYGEN),
    Diagnosis("copd", ("copd exacerbation", "copd", "chronic obstructive pulmonary disease"), (*_OXYGEN, "wheez", "steroid",
        "prednisone", "nebul", "albuterol")),
    Diagnosis("malnutrition", ("severe protein-calorie malnutrition", "moderate protein-calorie malnutrition",
        "mild protein-calorie malnutrition",
              "severe malnutrition", "moderate malnutrition", "mild malnutrition", "protein-calorie malnutrition", "malnutrition"), _FOOD),
    Diagnosis("cachexia", ("cachexia",), _FOOD),
    Diagnosis("underweight", ("underweight",), ("bmi", "weight")),
    Diagnosis("metabolic-encephalopathy", ("metabolic encephalopathy",), _MIND, "encephalopathy"),
    Diagnosis("toxic-encephalopathy", ("toxic encephalopathy", "toxic metabolic encephalopathy"), (*_MIND, "drug", "level", "opioid",
        "medication"), "encephalopathy"),
    Diagnosis("hepatic-encephalopathy", ("hepatic encephalopathy",), (*_MIND, "lactulose", "cirrhosis"), "encephalopathy"),
    Diagnosis("encephalopathy", ("encephalopathy",), _MIND, "encephalopathy"),
    Diagnosis("delirium", ("delirium",), _MIND),
    Diagnosis("dementia", ("dementia",), (*_MIND, "baseline", "donepezil", "memory")),
    Diagnosis("heart-failure", ("acute on chronic systolic heart failure", "acute on chronic diastolic heart failure",
        "acute systolic heart failure",
              "acute diastolic heart failure", "chronic systolic heart failure", "chronic diastolic heart failure",
              "congestive heart failure", "heart failure",
              "chf", "hfref", "hfpef"), (*_HEART, *_OXYGEN), "heart-failure"),
    Diagnosis("type-2-myocardial-infarction", ("type 2 myocardial infarction", "type 2 mi"), ("troponin", "ecg", "ekg", "st ",
        "chest pain", "ischem"), "mi"),
    Diagnosis("myocardial-infarction", ("myocardial infarction", "nstemi", "stemi"), ("troponin", "ecg", "ekg", "st ", "chest pain",
        "cath", "ischem"), "mi"),
    Diagnosis("myocardial-injury", ("myocardial injury", "demand ischemia"), ("troponin",)),
    Diagnosis("atrial-fibrillation", ("atrial fibrillation", "afib"), ("ecg", "ekg", "telemetry", "rhythm", "rate", "irregular",
        "amiodarone", "cardioversion")),
    Diagnosis("cardiogenic-shock", ("cardiogenic shock",), ("map", "sbp", "lactate", "inotrope", "dobutamine", "cardiac index",
        "norepinephrine", "bp ")),
    Diagnosis("hypovolemic-shock", ("hypovolemic shock", "hemorrhagic shock"), (*_BLOOD, "map", "sbp", "lactate", "bp ")),
    Diagnosis("shock", ("shock",), ("map", "sbp", "lactate", "norepinephrine", "vasopressor", "bp ", "hypotens"), "sepsis"),
    Diagnosis("acute-blood-loss-anemia", ("acute blood loss anemia",), _BLOOD, "anemia"),
    Diagnosis("anemia", ("iron deficiency anemia", "anemia"), (*_BLOOD, "mcv", "iron"), "anemia"),
    Diagnosis("thrombocytopenia", ("thrombocytopenia",), ("platelet", "plt")),
    Diagnosis("pancytopenia", ("pancytopenia",), ("platelet", "plt", "wbc", "hemoglobin", "anc")),
    Diagnosis("coagulopathy", ("coagulopathy", "disseminated intravascular coagulation", "dic"), ("inr", "ptt", "fibrinogen", "platelet",
        "d-dimer", "bleed")),
    Diagnosis("hyponatremia", ("hyponatremia", "siadh"), ("sodium", "na ", "osmol")),
    Diagnosis("hypernatremia", ("hypernatremia",), ("sodium", "na ")),
    Diagnosis("hypokalemia", ("hypokalemia",), ("potassium", "k ")),
    Diagnosis("hyperkalemia", ("hyperkalemia",), ("potassium", "k ")),
    Diagnosis("acidosis", ("lactic acidosis", "metabolic acidosis", "acidosis"), ("ph ", "bicarb", "hco3", "lactate", "anion",
        "arterial ph", "co2")),
    Diagnosis("diabetic-ketoacidosis", ("diabetic ketoacidosis", "dka"), ("glucose", "ketone", "bicarb", "ph ", "hydroxybutyrate",
        "anion", "insulin")),
    Diagnosis("pressure-injury", ("pressure ulcer", "pressure injury"), ("wound", "stage", "sacral", "heel", "skin", "ulcer", "braden")),
    Diagnosis("pulmonary-embolism", ("pulmonary embolism",), ("ct ", "cta", "d-dimer", "filling defect", "rv ", "heparin")),
    Diagnosis("deep-vein-thrombosis", ("deep vein thrombosis", "dvt"), ("duplex", "ultrasound", "swelling", "thromb")),
    Diagnosis("stroke", ("cerebral infarction", "ischemic stroke", "stroke"), ("mri", "ct ", "nihss", "deficit", "weakness", "aphasia",
        "dwi")),
    Diagnosis("cerebral-edema", ("cerebral edema", "brain compression", "brain herniation"), ("ct ", "mri", "midline", "mannitol",
        "hypertonic", "effac")),
    Diagnosis("pulmonary-edema", ("pulmonary edema",), (*_HEART, *_OXYGEN, "cxr", "x-ray")),
    Diagnosis("obesity", ("morbid obesity", "obesity"), ("bmi", "weight")),
    Diagnosis("rhabdomyolysis", ("rhabdomyolysis",), ("ck ", "creatine kinase", "myoglobin")),
    Diagnosis("pancreatitis", ("pancreatitis",), ("lipase", "amylase", "ct ", "abdominal pain")),
    Diagnosis("liver-failure", ("hepatic failure", "liver failure"), ("inr", "bilirubin", "ast", "alt", "ammonia")),
    Diagnosis("alcohol-withdrawal", ("alcohol withdrawal", "delirium tremens"), ("ciwa", "lorazepam", "tremor", "benzodiazepine",
        "phenobarbital", "alcohol")),
    Diagnosis("functional-quadriplegia", ("functional quadriplegia",), ("immobil", "bedbound", "contracture", "total care", "extremit")),
)  # fmt: skip
_MORE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("sirs", ("systemic inflammatory response syndrome", "sirs"), _SIRS),
    ("catheter-infection", ("catheter associated urinary tract infection", "cauti", "clabsi", "line infection"), (*_INFECTION,
        "catheter")),
    ("bacteriuria", ("asymptomatic bacteriuria", "bacteriuria"), ("urin", "culture", "ua ", "nitrite")),
    ("ventilator-associated-pneumonia", ("ventilator associated pneumonia", "vap"), (*_INFECTION, *_OXYGEN)),
    ("abscess", ("abscess",), (*_INFECTION, "ct ", "fluctuan", "collection")),
    ("osteomyelitis", ("osteomyelitis",), (*_INFECTION, "mri", "bone", "esr", "wound")),
    ("endocarditis", ("endocarditis",), (*_INFECTION, "echo", "vegetation", "tee")),
    ("meningitis", ("meningitis",), (*_INFECTION, "csf", "lumbar", "neck")),
    ("peritonitis", ("peritonitis",), (*_INFECTION, "ascit", "abdom", "paracentesis")),
    ("cholangitis", ("cholangitis", "cholecystitis"), (*_INFECTION, "bilirubin", "ultrasound", "ercp", "abdom")),
    ("diverticulitis", ("diverticulitis", "appendicitis", "colitis"), (*_INFECTION, "ct ", "abdom", "diarrhea", "stool")),
    ("necrotizing-fasciitis", ("necrotizing fasciitis", "gangrene", "necrosis"), (*_INFECTION, "necro", "debride", "wound", "ct ")),
    ("hepatorenal-syndrome", ("hepatorenal syndrome",), (*_KIDNEY, "ascites", "albumin", "cirrhosis")),
    ("hydronephrosis", ("hydronephrosis", "obstructive uropathy"), (*_KIDNEY, "ultrasound", "ct ", "retention", "pvr")),
    ("contrast-nephropathy", ("contrast induced nephropathy", "contrast nephropathy"), (*_KIDNEY, "contrast")),
    ("fluid-overload", ("fluid overload", "volume overload", "hypervolemia"), (*_HEART, "weight", "dialysis", "net ")),
    ("hypertensive-crisis", ("hypertensive emergency", "hypertensive urgency", "hypertensive crisis"), ("sbp", "dbp", "bp ",
        "blood pressure", "nicardipine", "labetalol")),
    ("hypertension", ("hypertension", "hypertensive heart disease"), ("sbp", "dbp", "bp ", "blood pressure", "lisinopril", "amlodipine")),
    ("electrolyte", ("hypomagnesemia", "hypophosphatemia", "hypocalcemia", "hypercalcemia"), ("magnesium", "mg ", "phos", "calcium",
        "ca ")),
    ("diabetes-mellitus", ("diabetes mellitus", "type 2 diabetes", "type 1 diabetes", "diabetes"), ("glucose", "a1c", "hba1c", "insulin",
        "metformin")),
    ("hyperosmolar-state", ("hyperosmolar hyperglycemic state", "hyperosmolar state", "hhs"), ("glucose", "osm", "insulin")),
    ("hypoglycemia", ("hypoglycemia",), ("glucose", "dextrose", "d50")),
    ("asthma", ("asthma exacerbation", "status asthmaticus", "asthma"), (*_OXYGEN, "wheez", "steroid", "nebul", "albuterol", "peak flow")),
    ("pleural-effusion", ("pleural effusion", "empyema"), ("effusion", "chest", "cxr", "x-ray", "ct ", "thoracentesis", "pleural")),
    ("pneumothorax", ("pneumothorax",), ("chest", "cxr", "x-ray", "ct ", "tube")),
    ("atelectasis", ("atelectasis",), ("atelect", "chest", "cxr", "x-ray", "ct ", "spirometry", *_OXYGEN)),
    ("cor-pulmonale", ("acute cor pulmonale", "cor pulmonale", "pulmonary hypertension"), ("rv ", "echo", "ct ", "troponin", "bnp",
        "rvsp")),
    ("cardiomyopathy", ("cardiomyopathy",), _HEART),
    ("cardiac-arrest", ("cardiac arrest", "ventricular fibrillation", "ventricular tachycardia"), ("rhythm", "telemetry", "cpr", "ecg",
        "ekg", "defib", "epinephrine", "pulse")),
    ("coma", ("coma", "comatose"), _MIND),
    ("seizure", ("status epilepticus", "seizure", "epilepsy"), ("eeg", "seizure", "lorazepam", "levetiracetam", "convuls", "shaking")),
    ("transient-ischemic-attack", ("transient ischemic attack", "tia"), ("mri", "ct ", "nihss", "deficit", "weakness", "aphasia",
        "speech")),
    ("intracranial-hemorrhage", ("intracranial hemorrhage", "subdural hematoma", "subarachnoid hemorrhage"), ("ct ", "mri", "bleed",
        "hematoma", "hemorrhage")),
    ("gastrointestinal-bleeding", ("gastrointestinal bleeding", "gastrointestinal hemorrhage", "gi bleed"), (*_BLOOD, "egd", "colonoscop",
        "hematemesis", "hematochezia", "stool")),
    ("ileus", ("postoperative ileus", "ileus", "bowel obstruction"), ("kub", "ct ", "distension", "distention", "flatus", "ng tube",
        "vomit", "bowel")),
    ("cirrhosis", ("cirrhosis", "ascites", "portal hypertension"), ("ascit", "ultrasound", "ct ", "bilirubin", "inr", "varic", "albumin",
        "paracentesis")),
    ("neutropenia", ("febrile neutropenia", "neutropenia"), ("anc", "wbc", "neutro", "temperature")),
    ("leukemia", ("leukemia", "lymphoma"), ("blast", "biops", "marrow", "flow ", "wbc")),
    ("malignancy", ("malignancy", "malignant neoplasm", "metastatic cancer", "metastasis", "metastases", "cancer", "carcinoma"), ("biops",
        "pathol", "mass", "lesion", "ct ", "pet", "cytolog", "nodule", "tumor")),
    ("pathological-fracture", ("pathological fracture", "pathologic fracture", "osteoporotic fracture", "compression fracture"),
        ("fracture", "x-ray", "ct ", "mri", "dexa", "fall", "osteopor", "lesion")),
    ("substance-use", ("alcohol use disorder", "alcohol dependence", "alcohol abuse", "opioid use disorder", "opioid overdose", "overdose",
        "poisoning", "drug toxicity"), ("alcohol", "ethanol", "etoh", "ciwa", "drink", "opioid", "naloxone", "tox", "level", "drug")),
    ("postprocedural-complication", ("postprocedural respiratory failure", "postoperative respiratory failure", "accidental puncture",
        "accidental laceration", "postoperative hemorrhage"), (*_OXYGEN, *_BLOOD, "operative", "lacerat", "enterotomy", "serosal",
        "tear")),
    ("type-of-shock", ("distributive shock", "obstructive shock", "hypotension"), ("map", "sbp", "lactate", "bp ", "norepinephrine",
        "blood pressure", "hypotens")),
    ("adrenal-insufficiency", ("adrenal insufficiency", "adrenal crisis"), ("cortisol", "hydrocortisone", "sodium", "sbp")),
    ("refeeding-syndrome", ("refeeding syndrome",), ("phos", "potassium", "magnesium", "feeding", "nutrition")),
    ("vaguely-kidney", ("kidney failure", "renal failure", "renal insufficiency"), _KIDNEY),
)  # fmt: skip
DIAGNOSES += tuple(Diagnosis(*told) for told in _MORE)
_WRITTEN_SHORT = {
    "ahrf": "acute-respiratory-failure", "abla": "acute-blood-loss-anemia", "pcm": "malnutrition", "pna": "pneumonia",
    "acute hypoxemic respiratory failure": "acute-respiratory-failure",
    "acute hypercarbic respiratory failure": "acute-respiratory-failure", "respiratory failure with hypoxia": "respiratory-failure",
    "kwashiorkor": "malnutrition", "marasmus": "malnutrition", "malnourished": "malnutrition", "encephalopathic": "encephalopathy",
    "tme": "toxic-encephalopathy", "acute renal injury": "acute-kidney-injury", "acute tubular injury": "acute-tubular-necrosis",
    "pressure sore": "pressure-injury", "decubitus ulcer": "pressure-injury", "blood poisoning": "sepsis", "urinary sepsis": "sepsis",
    "chronic renal failure": "chronic-kidney-disease", "heart attack": "myocardial-infarction",
}  # fmt: skip
# One-word terms of the concept table that are also plain words of a question ("ST depression", "source of infection").
_PLAIN_WORDS = frozenset({"infection", "infected", "depression", "anxiety", "fracture", "ulcer"})
BY_CONCEPT = {diagnosis.concept: diagnosis for diagnosis in DIAGNOSES}


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, Diagnosis], re.Pattern[str]]:
    """term -> diagnosis, and the pattern that finds the terms, longest first."""
    by_term = {term: diagnosis for diagnosis in DIAGNOSES for term in diagnosis.terms}
    by_term |= {term: BY_CONCEPT[concept] for term, concept in _WRITTEN_SHORT.items()}
    for slug, concept in load_concepts(rules_dir() / "nlp").items():
        terms = tuple(term.lower() for term in concept.terms if len(term) > 3 and term.lower() not in _PLAIN_WORDS)
        if concept.kind == "diagnosis" and terms:
            diagnosis = BY_CONCEPT.get(slug) or next((by_term[t] for t in terms if t in by_term), Diagnosis(slug, terms))
            for term in terms:
                by_term.setdefault(term, diagnosis)
    by_length = sorted(map(re.escape, by_term), key=len, reverse=True)
    return by_term, re.compile(r"(?<![a-z0-9])(?:" + "|".join(by_length) + r")(?![a-z0-9])")


def diagnosis_of(concept: str) -> Diagnosis | None:
    """The diagnosis of one of our concepts; None where the linter knows nothing of it."""
    return BY_CONCEPT.get(concept) if concept else None


def diagnoses_in(text: str, *, negated_too: bool = False) -> tuple[Diagnosis, ...]:
    """The diagnoses that a text names, longest terms first taken; those behind "without" or "no" are left out unless asked for."""
    lower = text.lower().replace("–", "-")
    by_term, pattern = _lexicon()
    found: dict[str, Diagnosis] = {}
    for match in pattern.finditer(lower):
        if negated_too or not NEGATED_BEFORE.search(lower[: match.start()]):
            diagnosis = by_term[match.group()]
            found.setdefault(diagnosis.concept, diagnosis)
    return tuple(found.values())
