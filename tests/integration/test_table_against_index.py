"""Our table of codes against the official Alphabetic Index, term by term (public data, US Government; the FY2025 index, transcribed).

Where a term's own words lead down the index to a code and none is left unexplained, our table should lead to the same.  What differs is
printed: it is a mistake of ours, a gap of the transcription, or a term that means something else in a note ("hip fracture" is there
pathological, "aortic stenosis" that of the vessel).
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.coding.table import assignments, load_table
from opencdi.knowledge.alphabetic_index import load_index, words_in
from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.index_path import find
from opencdi.knowledge.specificity import supported_leaf
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "icd10cm"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not DATA.is_dir(), reason="no public data on this machine")]
CODED = {"diagnosis", "symptom", "finding"}


def test_our_codes_are_those_of_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    assert CliRunner().invoke(app, ["codes", "load", str(DATA)]).exit_code == 0
    index = load_index(tmp_path / "codes")
    assert index is not None
    reader, table = load_reader(rules_dir() / "nlp"), load_table(rules_dir() / "coding" / "concepts.yaml")
    compared, differ = 0, []
    for concept in load_concepts(rules_dir() / "nlp").values():
        for term in concept.terms if concept.kind in CODED else ():
            path = find(index, term)
            theirs = supported_leaf(path.code, words_in(term)) if path and not path.left else None
            read = next((one for one in reader.read(f"He has {term}.").findings if one.text.lower() == term.lower()), None)
            ours = [one.code for one in assignments(table, read.concept, read.attributes, read.text)] if read else []
            if theirs and ours:
                compared += 1
                if theirs not in ours:
                    differ.append(f"{term}: {', '.join(ours)}, the index {theirs}")
    print("\n".join(differ))
    print(f"{compared - len(differ)} of {compared} terms have the code of the index")
    assert compared >= 750
    assert len(differ) <= 0.13 * compared
