"""How far a denial and an opinion go, asked of whole readings: what is there stays there, and what is denied stays denied.

A condition called absent that is there is as grave as one invented; each pair below differs in a word or two.
"""

import re

import pytest

from opencdi.events.reading import Finding
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")

THERE = """
She was given no treatment for the <hemorrhoids>.
No antibiotics were given for the <bronchitis>.
No source for the <fever> was found.
We found no explanation for her <weight loss>.
Nothing has helped the <itching>.
Neither drug helped her <migraine>.
He was not told about the <nodule>.
He does not sleep because of <pain>.
There is no <hydronephrosis:absent>, and the <stone> has moved.
He has no <fever:absent> and the <rash> is fading.
No <pneumothorax:absent> and a small <pleural effusion>.
She has had no <chest pain:absent> and she is less <short of breath>.
She denied <chest pain:absent> and said that the <cough> was worse.
She denied <fever:absent> and complained of <headache>.
He has no <edema:absent> with his <heart failure>.
Without oxygen she is <hypoxic>.
Without her inhaler she <wheezes>.
Lack of energy, <insomnia> and <anxiety>.
Non-productive <cough> for a week.
A non-displaced <fracture> of the wrist.
A non-healing <foot ulcer>.
No improvement in <dyspnea> with albuterol.
No relief of <headache> with acetaminophen.
Immunotherapy against <renal cell carcinoma> was begun.
Olanzapine rather than haloperidol for the <vomiting>.
Apixaban rather than warfarin for <atrial fibrillation>.
The specimen shows a gray-white <nodule> of 0.6 cm.
A <gallstone> of 0.9 cm is seen.
The abdomen is <obese> with well-healed scars.
She has a small <hiatal hernia> and Helicobacter pylori, which has been eradicated.
Stroke in 2014 with no residual deficit, <hypertension>, <diabetes> and <gout>.
Coronary disease without angina, <hypertension>, <COPD> on inhalers.
Bypass in 2016 without complication, <atrial fibrillation>, <osteoporosis>.
Seizure disorder with no seizures in ten years, <hypertension>, <migraine>.
Heart failure with no recent echo, <atrial fibrillation> not anticoagulated, <anemia>.
<Hypokalemia>, no EKG changes, <hyponatremia>.
<Sepsis> with no source, <acute kidney injury>, <lactic acidosis>.
A man with no history of interest was admitted to the ward with <fever> and <jaundice>.
No toxic habits, takes metformin for <diabetes>.
I do not think the <pneumonia> is any worse.
I do not believe her <diabetes> is well controlled.
We do not think that the <fracture> needs an operation.
Nobody believes that the <stroke> was caused by the drug.
At no time did the <chest pain> radiate.
I doubt that his <dementia> will get better.
It is unlikely that her <paralysis> will improve.
Perhaps because of her <asthma> she sleeps badly.
The <hemorrhage> was considered too small to operate on.
The <pneumonia> was not felt to be due to aspiration.
She has <diabetes> and <hypertension>, and <Cushing syndrome:possible> was considered.
She has <diabetes> and <hypertension> and <Cushing syndrome:possible> was considered.
He does not smoke, drinks wine, is <obese>.
I feel that the <depression> has lifted.
It was thought that the <fracture> would heal in a cast.
He left against advice with untreated <pneumonia>.
I explained that this is not <cancer:absent> and that the <cyst> can be left alone.
He has <gallstones>, a thick wall and fever, and <cholangitis:possible> was thought of.
<Pneumonia> was treated, and <empyema:possible> was considered.
With her <asthma> in mind we avoided propranolol.
Bearing in mind his <kidney failure> I reduced the dose.
Her <COPD> is more troublesome than her <heart failure>.
She was taken for an MRI, which showed a <stroke>, but no bleeding.
"""
DENIED = """
Negative for chest pain, <syncope>, <hematuria> and suicidal thoughts.
She denies <fever>, <cough> and any thoughts of harming herself.
She denies <cough>, <dyspnea>, and the <chills>.
He denies a <cough> and a <fever>.
Without <fever> and <cough>.
Lungs are clear without <wheezes>, <rales>, <rhonchi>.
CT of the head without <hemorrhage>, <infarct>, <mass>.
No <diabetes>, <hypertension>, <heart disease>.
No history of <diabetes>, <hypertension>, <asthma>.
<Cellulitis:present> without <abscess>, <lymphangitis>.
No evidence of the <abscess> on the scan.
No sign of the <nodule> that was seen before.
No recurrence of his <seizures>.
We did not see the <mass>.
She has not had the <flu>.
Nor did she report <dysuria> or <fever>.
<Encephalitis> and <meningitis> she has never had.
<Chest pain> she denies.
I do not believe that she has <pneumonia>.
I do not think the fever is due to <pneumonia>.
Nobody thinks that she has <lupus>.
None of us thinks that this is <endocarditis>.
No gas and no cortical erosion to indicate <osteomyelitis>.
I see no consolidation that would indicate <pneumonia>.
At no time did she have <fever>.
By no means is this <cancer>.
<Tuberculosis>, <sarcoidosis> and <lymphoma> have all been excluded.
At first this was taken for a <stroke>, until the CT showed a <subdural hematoma:present>.
Her doctor had called it <bronchitis>, but it proved to be <pneumonia:present>.
<Lymphoma> was considered, but the biopsy was benign.
<Metastasis> in 0/11 nodes.
The graft took without acute complications such as <infection>.
She denied changes in bowel habit, <rectal bleeding> or <melena>.
She was advised against surgery, does not have <angina>.
She was checked for <celiac disease>, which she does not have.
He has been told that he does not have <Parkinson disease>.
The lesion does not have the appearance of <melanoma>.
"""
OPEN = """
<Mesenteric adenitis>, <Crohn disease>, <renal colic> and <testicular torsion> were entertained before the scan was done.
<Lymphoma> and <sarcoidosis> come to mind.
<Temporal arteritis> and <migraine> crossed my mind.
Acute <HIV> can look just like this.
<Lymphoma> had entered the differential.
Other possibilities are <hypersensitivity pneumonitis>, <sarcoidosis> and <asthma>.
It could be either <tendinitis> or <bursitis>.
I would like to be sure that she does not have <bronchiectasis>.
I cannot be sure that this is not <cancer>.
Whether he had a <seizure> we do not know.
I would not dismiss <pericarditis>.
This may or may not be <asthma>.
It looks more like <gout> than <cellulitis>.
The emergency physician felt that this was <biliary colic>.
He does not know whether he had <measles>.
On the list are also <tuberculosis> and <lymphoma>.
<Interstitial nephritis> is not very likely, and <cystic fibrosis> would be most unusual.
"""


def told(block: str, otherwise: str) -> list[tuple[str, str, int, int, str]]:
    """Each condition of each sentence: the marked line, its text, where the condition stands, and what is to be said of it."""
    found = []
    for line in block.strip().splitlines():
        text, last = "", 0
        for mark in re.finditer(r"<([^<>:]+)(?::(\w+))?>", line):
            text += line[last : mark.start()] + mark[1]
            found.append((line, re.sub(r"<([^<>:]+)(?::\w+)?>", r"\1", line), len(text) - len(mark[1]), len(text), mark[2] or otherwise))
            last = mark.end()
    return found


def read_at(text: str, start: int, end: int) -> Finding:
    """What is read there."""
    return next(found for found in READER.read(text).findings if found.start < end and start < found.end and found.kind != "anatomy")


@pytest.mark.parametrize(
    ("line", "text", "start", "end", "said"), [*told(THERE, "present"), *told(DENIED, "absent"), *told(OPEN, "possible")]
)
def test_what_is_said_of_it(line: str, text: str, start: int, end: int, said: str) -> None:
    assert read_at(text, start, end).assertion == said, line


def test_there_are_eighty_sentences_of_both_kinds() -> None:
    assert sum(len(block.strip().splitlines()) for block in (THERE, DENIED, OPEN)) >= 80
