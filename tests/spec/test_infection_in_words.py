"""Sepsis, shock and infection in the words of the ward: which questions the notes themselves, read by the real reader, leave open."""

from datetime import timedelta

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.events.contract import MadeBy
from opencdi.events.pages import FindingsPage
from opencdi.events.reading import NoteRead
from opencdi.knowledge.site import SiteData
from opencdi.nlp.reader import load_reader
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from opencdi.queries.rule import load_rules
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
INFECTION = ("D-02", "D-03", "D-06", "D-09", "D-10a", "D-10b", "D-66a", "D-66b", "D-73", "D-81a", "D-81b")

PRESSOR = ["d1 08:30 given lactated ringers 2000 mL IV", "d1 09:00 map 56 mm[Hg]", "d1 09:40 map 58 mm[Hg]", "d1 09:50 lactate 4.1 mmol/L",
           "d1 10:00 given norepinephrine infusion", "d1 13:00 given norepinephrine infusion", "d1 16:30 given norepinephrine infusion"]  # fmt: skip
KIDNEY = ["d1 06:00 creatinine 0.9 mg/dL", "d1 18:00 creatinine 2.6 mg/dL"]
SPUTUM = ["d1 09:00 culture respiratory-culture: Klebsiella pneumoniae", "d1 10:00 given cefepime 2 g IV"]
URINE = ["d1 07:00 culture urine-culture: Escherichia coli, ESBL producer", "d1 10:00 given meropenem 1 g IV"]
STOOL = ["d1 09:00 culture c-difficile-toxin: Positive", "d1 11:00 given vancomycin 125 mg PO"]
TACROLIMUS = ["d1 09:00 given tacrolimus 2 mg PO"]


def asked(lines: list[str], text: str) -> set[str]:
    """The rules with a question for the CDI specialist, after these results and an H&P of noon."""
    rules = tuple(rule for rule in load_rules(rules_dir() / "queries") if rule.id in INFECTION)
    chart = Chart.of(queries_room(SiteData(), rules), *lines)
    read = READER.read(text, "history-and-physical")
    note = NoteRead(
        note_id="hp", revision=1, note_type="history-and-physical", author_role="provider", authentication="authenticated", counts=True,
        written_at=ClinicalTime(DAY_1 + timedelta(hours=17), "minute"), findings=read.findings, values=read.values,
    )  # fmt: skip
    chart.now = max(chart.now, note.written_at.at)
    chart.tell(FindingsPage(as_of="e", made_by=MadeBy(room="nlp", software="0"), notes=(note,)))
    last = {alert.query_id: alert for alert in chart.alerts}
    return {alert.rule_id for alert in last.values() if alert.state == "draft"}


@pytest.mark.parametrize(
    ("lines", "text", "rules"),
    [
        (PRESSOR, "Assessment: Sepsis due to pneumonia with hypotension, on levophed.", {"D-03"}),
        (PRESSOR, "Assessment: Septic shock due to pneumonia, on levophed.", set()),
        (PRESSOR, "Assessment: Shock, likely septic, on levophed. Pneumonia.", set()),
        (PRESSOR, "Assessment: Shock, septic. Pneumonia.", set()),
        (PRESSOR, "Assessment: Undifferentiated shock, on pressors.", {"D-10a"}),
        (PRESSOR, "Assessment: Mixed septic and cardiogenic shock.", set()),
        (PRESSOR, "Assessment: Hypotension on levophed, chronic systolic heart failure.", {"D-10b"}),
        (PRESSOR, "Assessment: Hypotension due to sedation, on levophed. Chronic systolic heart failure.", set()),
        (PRESSOR, "Assessment: Cardiogenic shock.", set()),
        (KIDNEY, "Assessment: Sepsis due to pyelonephritis. AKI.", {"D-02"}),
        (KIDNEY, "Assessment: Sepsis due to pyelonephritis. AKI due to sepsis.", set()),
        (KIDNEY, "Assessment: Severe sepsis due to pyelonephritis with AKI.", set()),
        (KIDNEY, "Assessment: Sepsis due to pyelonephritis. AKI due to dehydration.", set()),
        (SPUTUM, "Assessment: Pneumonia.", {"D-06"}),
        (SPUTUM, "Assessment: Klebsiella pneumonia.", set()),
        (SPUTUM, "Assessment: Gram negative pneumonia.", set()),
        (URINE, "Assessment: UTI.", {"D-09"}),
        (URINE, "Assessment: ESBL E. coli UTI.", set()),
        (URINE, "Assessment: UTI with multidrug resistant E. coli.", set()),
        (STOOL, "Assessment: Diarrhea.", {"D-66a"}),
        (STOOL, "Assessment: Diarrhea due to C. difficile colitis.", set()),
        (STOOL, "Assessment: Diarrhea from tube feeds, C. difficile colonization.", set()),
        (TACROLIMUS, "Assessment: Pneumonia after kidney transplant.", {"D-81a"}),
        (TACROLIMUS, "Assessment: Pneumonia in an immunocompromised patient after kidney transplant.", set()),
        (TACROLIMUS, "Assessment: Pneumonia. Immunosuppressed on tacrolimus after kidney transplant.", set()),
    ],
)
def test_what_the_words_leave_open(lines: list[str], text: str, rules: set[str]) -> None:
    assert asked(lines, text) == rules
