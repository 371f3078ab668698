"""What the reportable path proposes for the demo's charts and their coder does not (`tests/spec/test_demo_stories.py`, DOMAIN F.19)."""

import tempfile
from pathlib import Path

from opencdi.testing import Ward, story
from spec.test_demo_stories import CHARTS


def false_codes() -> str:
    """How many of how many, and which."""
    false, said = [], 0
    for name, chart in CHARTS.items():
        with tempfile.TemporaryDirectory() as folder:
            final = Ward(Path(folder)).live([story(name)]).finals()[-1]
        ours = {code.code for code in final.codes if code.status == "proposed"}
        said += len(ours)
        false += [f"{name} {code}" for code in sorted(ours - chart.poa.keys() - set(chart.vaguer.values()))]
    return f"{len(false)} of {said}{': ' if false else ''}{', '.join(false)}"
