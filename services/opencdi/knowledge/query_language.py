"""The language of questions to physicians: what leads, what interprets, what speaks of money, and what each diagnosis rests on.

Word lists of the requirement pack "query-brief-2022" (AHIMA/ACDIS Guidelines for Achieving a Compliant Query Practice, 2022 update).
`DIAGNOSES` is the linter's own small lexicon: a diagnosis, the terms that name it, and the words of indicators that can support it.
"""

import re
from dataclasses import dataclass

EDITION = "query-brief-2022/1"
MAX_WORDS = 150

# directs, presumes or requests a specific answer.
LEADING = re.compile(
    r"please (?:kindly )?document(?! (?:your|the (?:clinical )?(?:significance|cause|etiology)|any|supporting|whether))|please (?:add|"
    r"agree|amend|change|"
    r"update your note to|upgrade|confirm|include|consider|diagnose|state that|chart)|(?:can|could|will|would) you (?:please |"
    r"kindly )?(?:add|document|"
    r"confirm|agree|include|change|chart|diagnose|update|amend)|(?:would|do|don['’]t|wouldn['’]t) you (?:not )?(?:agree|think|say)|"
    r"agree that|"
    r"meets?(?: the| all)? (?:criteria|definition|sepsis|kdigo|aspen|sirs|sofa)|criteria (?:are |were |have been )?met|(?:should|must|"
    r"needs? to|has to|"
    r"ought to) be (?:documented|added|coded|diagnosed|reported)|(?:we|i|cdi) (?:believe|think|feel|suspect|recommend|suggest|need|"
    r"would like)|"
    r"is(?:n['’]t| not) (?:this|it)|confirm (?:that|the diagnosis)|it (?:appears|seems|looks like)|patient (?:clearly |"
    r"obviously )?(?:has|had|is having)|"
    r"most likely (?:represents|answer)|correct answer|preferred|recommended|best option|suggest(?:s|ive)? (?:of|that|documenting)|"
    r"indicative of|"
    r"consistent with|strongly|for (?:accurate|appropriate|proper) (?:coding|capture)|so that (?:we|it) can",
    re.IGNORECASE,
)
# words that interpret; a quotation of the chart may hold them.
INTERPRETING = re.compile(
    r"meets? (?:the )?(?:criteria|definition)|criteria (?:are )?met|consistent with|clear(?:ly)?\b(?! (?:lungs?|urine|liquid|chest|"
    r"to ausc))|obvious(?:ly)?|"
    r"septic[- ]appearing|suggest(?:s|ive|ing)|indicat(?:es|ive|ing)|diagnostic of|compatible with|undoubtedly|concerning for|evidence of|"
    r"due to|proves?|classic for|definite(?:ly)?|alarming|severely abnormal|unequivocal(?:ly)?",
    re.IGNORECASE,
)
# reimbursement, severity tiers, quality scores, denials: in words and in names of fields.
MONEY = re.compile(
    r"reimburs|\bpay(?:ment|ments|er|ers|or|ors|s)?\b|\b(?:ms-?|apr-?)?drgs?\b|relative weight|\bweight(?:ed)? (?:delta|change|impact)|"
    r"weight_delta|\bmcc\b|"
    r"\bcmi\b|case[- ]?mix|\bsoi\b|severity of illness|risk of mortality|quality (?:score|metric|rating|measure|indicator)|"
    r"\bpsi[- ]?\d+|patient safety "
    r"indicator|hospital[- ]acquired condition|\bdenials?\b|\bdenied\b|\baudit(?!-c)|\bprofile\b|observed[- ]to[- ]expected|"
    r"expected mortality|\bo/e\b|revenue|"
    r"\$ ?\d|\bdollars?\b|\bgmlos\b|\bfinancial|\bbill(?:ed|ing|able)?\b|\bhccs?\b|\braf\b|star rating|value[- ]based|medicare|insurance|"
    r"\bcomplication or comorbidity|comorbid condition tier|maximi[sz]e|optimi[sz]e (?:coding|documentation|the code)|(?:coding|"
    r"documentation) impact",
    re.IGNORECASE,
)
# Upper case only: "cc" is also a volume, "rom" a range of motion, "hac" and "psi" are parts of words.
MONEY_IN_CAPITALS = re.compile(r"(?<![A-Z/])CC(?!:)(?:s|/MCC)?\b|\bROM\b|\bHACs?\b|\bPSI\b|\bRW\b|\bVBP\b|\bSOI/ROM\b")
MONEY_FIELD = re.compile(
    r"drg|weight|mcc|cmi|soi|rom_|reimburs|revenue|payment|quality_score|impact|priority|effect|\bcc\b|severity_tier|denial", re.IGNORECASE
)
OTHER = re.compile(r"\bother\b", re.IGNORECASE)
UNDETERMINED = re.compile(r"undetermined|unable to (?:be )?determine|cannot (?:be )?determine|unable to clinically", re.IGNORECASE)
SEVERITY_WORDS = ("mild", "moderate", "severe")
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
BY_CONCEPT = {diagnosis.concept: diagnosis for diagnosis in DIAGNOSES}
_BY_TERM = {term: diagnosis for diagnosis in DIAGNOSES for term in diagnosis.terms}
_TERMS = re.compile(r"(?<![a-z0-9])(?:" + "|".join(sorted(map(re.escape, _BY_TERM), key=len, reverse=True)) + r")(?![a-z0-9])")


def diagnoses_in(text: str, *, negated_too: bool = False) -> tuple[Diagnosis, ...]:
    """The diagnoses that a text names, longest terms first taken; those behind "without" or "no" are left out unless asked for."""
    lower = text.lower().replace("–", "-")
    found: dict[str, Diagnosis] = {}
    for match in _TERMS.finditer(lower):
        if negated_too or not NEGATED_BEFORE.search(lower[: match.start()]):
            diagnosis = _BY_TERM[match.group()]
            found.setdefault(diagnosis.concept, diagnosis)
    return tuple(found.values())
