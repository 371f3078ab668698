"""A small Alphabetic Index of our own making, in the NCHS's form."""

from pathlib import Path

from opencdi.knowledge.alphabetic_index import AlphabeticIndex
from opencdi.knowledge.index_file import keep, load_index
from opencdi.knowledge.index_xml import read_xml

INDEX = """<?xml version="1.0"?><ICD10CM.index><version>2026</version><title>ICD-10-CM INDEX TO DISEASES and INJURIES</title><letter><title>A</title>
<mainTerm><title>Abscess<nemod>(septic)</nemod></title><code>L02.91</code>
  <term level="1"><title>hepatic</title><code>K75.0</code></term>
  <term level="1"><title>lung<nemod>(putrid)</nemod></title><code>J85.2</code>
    <term level="2"><title>with pneumonia</title><code>J85.1</code></term></term></mainTerm>
<mainTerm><title>Adenocarcinoma</title><seeAlso>Neoplasm, malignant, by site</seeAlso></mainTerm>
<mainTerm><title>Circle</title><see>Round</see></mainTerm>
<mainTerm><title>Failure, failed</title>
  <term level="1"><title>heart<nemod>(acute) (senile)</nemod></title><code>I50.9</code>
    <term level="2"><title>systolic</title><code>I50.20</code>
      <term level="3"><title>acute</title><code>I50.21</code><term level="4"><title>and<nemod>(on)</nemod> chronic</title><code>I50.23</code></term></term></term></term>
  <term level="1"><title>kidney</title><see>Failure, renal</see></term>
  <term level="1"><title>renal</title><code>N19</code>
    <term level="2"><title>acute</title><code>N17.9</code>
      <term level="3"><title>with</title><term level="4"><title>tubular necrosis</title><code>N17.0</code></term></term></term></term></mainTerm>
<mainTerm><title>Fibrillation</title><term level="1"><title>atrial or auricular<nemod>(established)</nemod></title><code>I48.91</code></term></mainTerm>
<mainTerm><title>Fracture, pathological</title><code>M84.40</code></mainTerm>
<mainTerm><title>Fracture, traumatic</title><code>T14.8</code>
  <term level="1"><title>femur, femoral</title><code>S72.9-</code>
    <term level="2"><title>neck</title><see>Fracture, femur, upper end, neck</see></term>
    <term level="2"><title>upper end</title><code>S72.00-</code><term level="3"><title>neck</title><code>S72.00-</code></term></term></term></mainTerm>
<mainTerm><title>Gastritis</title><code>K29.70</code>
  <term level="1"><title>with</title><term level="2"><title>bleeding</title><code>K29.71</code></term></term>
  <term level="1"><title>alcoholic without bleeding</title><code>K29.20</code></term></mainTerm>
<mainTerm><title>Round</title><see>Circle</see></mainTerm>
<mainTerm><title>Ulcer</title><term level="1"><title>pressure</title><code>L89.9-</code>
  <term level="2"><title>sacral region</title><code>L89.15-</code></term></term></mainTerm>
</letter></ICD10CM.index>"""
NEOPLASMS = """<?xml version="1.0"?><ICD10CM.index><version>2026</version><indexHeading><head col="1">Neoplasm</head>
<head col="2">Malignant Primary</head><head col="3">Malignant Secondary</head><head col="4">Ca in situ</head><head col="5">Benign</head>
<head col="6">Uncertain Behavior</head><head col="7">Unspecified Behavior</head></indexHeading><letter><title>N</title>
<mainTerm><title>Neoplasm, neoplastic</title>
  <cell col="2">C80.1</cell><cell col="3">C79.9</cell><cell col="4">D09.9</cell><cell col="5">D36.9</cell><cell col="6">D48.9</cell><cell col="7">D49.9</cell>
  <term level="1"><title>liver</title>
  <cell col="2">C22.9</cell><cell col="3">C78.7</cell><cell col="4">D01.5</cell><cell col="5">D13.4</cell><cell col="6">D37.6</cell><cell col="7">-</cell>
  </term></mainTerm></letter></ICD10CM.index>"""
DRUGS = """<?xml version="1.0"?><ICD10CM.index><version>2026</version><indexHeading><head col="1">Substance</head>
<head col="2">Poisoning Accidental</head><head col="3">Poisoning Self-harm</head><head col="4">Poisoning Assault</head>
<head col="5">Poisoning Undetermined</head><head col="6">Adverse effect</head><head col="7">Underdosing</head></indexHeading><letter><title>A</title>
<mainTerm><title>Clozapine</title>
  <cell col="2">T42.4X1</cell><cell col="3">T42.4X2</cell><cell col="4">T42.4X3</cell><cell col="5">T42.4X4</cell><cell col="6">T42.4X5</cell><cell col="7">T42.4X6</cell>
</mainTerm>
<mainTerm><title>Antifreeze</title>
  <cell col="2">T65.91</cell><cell col="3">T65.92</cell><cell col="4">T65.93</cell><cell col="5">T65.94</cell><cell col="6">--</cell><cell col="7">--</cell>
</mainTerm>
<mainTerm><title>Vancomycin</title>
  <cell col="2">T49.0X1</cell><cell col="3">T49.0X2</cell><cell col="4">T49.0X3</cell><cell col="5">T49.0X4</cell><cell col="6">T49.0X5</cell><cell col="7">T49.0X6</cell>
  <term level="1"><title>topical</title>
  <cell col="2">T49.1X1</cell><cell col="3">T49.1X2</cell><cell col="4">T49.1X3</cell><cell col="5">T49.1X4</cell><cell col="6">T49.1X5</cell><cell col="7">T49.1X6</cell>
  </term></mainTerm></letter></ICD10CM.index>"""


def sample(folder: Path) -> AlphabeticIndex:
    """Loaded into that folder, and read from there."""
    parts = {}
    for name, text in (("index.xml", INDEX), ("neoplasm.xml", NEOPLASMS), ("drug.xml", DRUGS)):
        part, _, parts[part] = read_xml(name, text.encode())
    keep(folder, "FY2026", parts)
    index = load_index(folder)
    assert index is not None
    return index
