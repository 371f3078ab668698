"""A malnutrition already with the physician, a sepsis resolved by a note, a pneumonia with nothing to ask, and a stay that ended."""

from by_hand.shorthand import admit, alert, code, drg, evidence_on, measured, result, wording
from by_hand.telling import MADE_BY, Telling, Written, at, moved, passed, seen, written
from opencdi.events import facts as told
from opencdi.events.audiences import AlertEffect, DrgCause, DrgChanged, FinalCodeSet, Option
from opencdi.events.pages import ClaimEdit, CodingPage, FindingsPage, PaidByDay, WorkingProcedure

MALNUTRITION, SEPSIS, PNEUMONIA, ENDED = "enc-malnutrition", "enc-sepsis", "enc-pneumonia", "enc-ended"
QUERY_MALNUTRITION, QUERY_SEPSIS = "q-malnutrition", "q-sepsis"

_DIET = """NUTRITION ASSESSMENT
Weight 48.1 kg, 57.2 kg three months ago (16 % loss). Intake less than 50 % of needs for over five days. Severe depletion of temporalis and deltoid muscle, moderate subcutaneous fat loss.
Recommend: high-protein supplements, calorie count.
"""


def malnutrition(telling: Telling) -> None:
    """Three characteristics in the dietitian's note; the question is with the physician."""
    admit(telling, MALNUTRITION, "BRANDT^PETER", "3381744", "1948-02-19", "M", "5 EAST 508-A", "dysphagia, weight loss")
    for when, value in (((0, 9), 2.6), ((1, 6), 2.4), ((2, 6), 2.5)):
        result(telling, MALNUTRITION, when, "albumin", value, "g/dL", "L")
    diet = written(
        "n-mal-diet", _DIET, seen(1, 13), note_type="dietitian", author="NGUYEN^LIEN", role="dietitian", title="Nutrition assessment"
    )
    last = telling.entry(MALNUTRITION, at(1, 13, 20), notes=[diet], pages=[
        FindingsPage(as_of="d", made_by=MADE_BY, notes=(diet.read(),)),
        CodingPage(as_of="d", made_by=MADE_BY, codes=(), no_drg="no principal diagnosis")])  # fmt: skip
    asked = wording(
        QUERY_MALNUTRITION, MALNUTRITION, "Clinical clarification – nutritional status", "The nutrition assessment describes findings without a diagnosis by a provider.",
        "Based on your clinical judgment, please document the patient's nutritional status:",
        (Option(option_id="mild", text="Mild malnutrition", diagnosis="mild-malnutrition"), Option(option_id="moderate", text="Moderate malnutrition", diagnosis="moderate-malnutrition"),
         Option(option_id="severe", text="Severe malnutrition", diagnosis="severe-malnutrition"), Option(option_id="no", text="No malnutrition")),
        indicators=(diet.indicator("16 % loss", "Weight loss 16 % in three months", "nutrition assessment"), diet.indicator("less than 50 % of needs for over five days", "Intake < 50 % for > 5 days", "nutrition assessment"),
                    diet.indicator("Severe depletion of temporalis and deltoid muscle", "Severe muscle depletion", "nutrition assessment")),
        no_contrary_evidence_found=True,
    )  # fmt: skip
    telling.alert(
        alert(
            asked,
            "malnutrition",
            "sent",
            last,
            "Three characteristics are met in the dietitian's note.",
            priority=38.2,
            priority_terms=("severity 20", "effect, absolute 12.2", "days in hospital 4", "kinds of indicators 2"),
            effect=(AlertEffect(concept="severe-malnutrition", code="E43", drg="391", weight_delta=0.61),),
        )
    )
    telling.ask(passed(asked, "sent", last))
    telling.entry(
        MALNUTRITION, at(2, 9), pages=[moved(QUERY_MALNUTRITION, "malnutrition", "sent", "APPROVED", at(2, 9), last, from_state="approved")]
    )


_SEPSIS = """ASSESSMENT AND PLAN
Sepsis due to E. coli urinary tract infection, present on admission. Lactate 4.2 cleared to 1.4. Continue ceftriaxone day 3.
"""


def sepsis(telling: Telling) -> None:
    """A progress note says it: the question resolves."""
    admit(telling, SEPSIS, "WASHINGTON^ROSE", "2096613", "1940-07-30", "F", "MICU 07", "fever, hypotension")
    for when, value in (((0, 9), 4.2), ((0, 15), 2.3), ((1, 6), 1.4)):
        result(telling, SEPSIS, when, "lactate", value, "mmol/L", "H" if value > 2 else "N")
    for when, value in (((0, 9), 18.2), ((1, 6), 14.1), ((2, 6), 10.8)):
        result(telling, SEPSIS, when, "leukocytes", value, "10*3/uL", "H" if value > 11 else "N")
    note = written("n-sep-p", _SEPSIS, seen(2, 7, 50), note_type="progress", author="HALVORSEN^ERIK", title="Progress note")
    before = drg("690", "KIDNEY AND URINARY TRACT INFECTIONS WITHOUT MCC", 0.8112, 3.0, "NONE")
    after = drg("872", "SEPTICEMIA OR SEVERE SEPSIS WITHOUT MV >96 HOURS WITHOUT MCC", 1.0299, 3.6, "NONE")
    codes = (
        code(
            note, "Sepsis due to E. coli", "A4151", "Sepsis due to Escherichia coli [E. coli]", "sepsis", role="principal", severity="MCC"
        ),
        code(
            note, "urinary tract infection", "N390", "Urinary tract infection, site not specified", "urinary-tract-infection", severity="CC"
        ),
    )
    last = telling.entry(SEPSIS, at(2, 8), notes=[note], pages=[
        FindingsPage(as_of="s", made_by=MADE_BY, notes=(note.read(note.finding("Sepsis", "sepsis"), note.finding("urinary tract infection", "urinary-tract-infection")),)),
        CodingPage(as_of="s", made_by=MADE_BY, codes=codes, drg=after)])  # fmt: skip
    telling.drg(
        DrgChanged(
            tenant="demo",
            encounter_id=SEPSIS,
            at=at(0, 12),
            as_of="s0",
            made_by=MADE_BY,
            after=before,
            cause=DrgCause(entry_id="s0", added=("N390",)),
            nth=1,
        )
    )
    telling.drg(
        DrgChanged(
            tenant="demo",
            encounter_id=SEPSIS,
            at=at(2, 8),
            as_of=last,
            made_by=MADE_BY,
            before=before,
            after=after,
            weight_delta=0.2187,
            cause=DrgCause(entry_id=last, added=("A4151",), other="principal N390 -> A4151"),
            nth=2,
        )
    )
    asked = wording(QUERY_SEPSIS, SEPSIS, "Clinical clarification – response to infection", "Indicators without an associated diagnosis.", "Please clarify the condition being treated:",
        (Option(option_id="uti", text="Urinary tract infection without sepsis"), Option(option_id="sepsis", text="Sepsis (please specify source)", diagnosis="sepsis")), indicators=(measured("Lactate 4.2 mmol/L", "lactate-0-9", (0, 9)),))  # fmt: skip
    telling.alert(
        alert(
            asked,
            "sepsis",
            "auto-resolved",
            last,
            "The progress note of day 3 says it.",
            rule_id="D-01",
            priority=0,
            satisfied_by=(note.indicator("Sepsis due to E. coli", "Sepsis due to E. coli", "progress note"),),
        )
    )


def pneumonia(telling: Telling) -> None:
    """Nothing to ask, and a document taken in confidence."""
    admit(telling, PNEUMONIA, "ABBOTT^JAMES", "5127700", "1972-09-12", "M", "4 WEST 402-A", "cough, fever", day=1)
    text = "ASSESSMENT AND PLAN\nCommunity-acquired pneumonia, right lower lobe. Ceftriaxone and azithromycin. On room air.\n"
    note = written("n-pna", text, seen(1, 10), note_type="history-and-physical", author="HALVORSEN^ERIK", title="History and physical")
    shown = drg("195", "SIMPLE PNEUMONIA AND PLEURISY WITHOUT CC/MCC", 0.6658, 2.4, "NONE")
    telling.entry(PNEUMONIA, at(1, 10, 20), notes=[note], pages=[
        FindingsPage(as_of="p", made_by=MADE_BY, notes=(note.read(note.finding("Community-acquired pneumonia", "pneumonia")),)),
        CodingPage(as_of="p", made_by=MADE_BY, codes=(code(note, "Community-acquired pneumonia", "J189", "Pneumonia, unspecified organism", "pneumonia", role="principal"),), drg=shown)])  # fmt: skip
    secret = written(
        "n-pna-r",
        "Substance use history taken in confidence.\n",
        seen(1, 15),
        note_type="social-work",
        author="REYES^ANA",
        role="social-worker",
        title="Social work",
        confidentiality="R",
    )
    telling.entry(PNEUMONIA, at(1, 15, 5), notes=[secret], pages=[FindingsPage(as_of="r", made_by=MADE_BY, notes=(secret.read(),))])


def _done(note: Written) -> tuple[WorkingProcedure, ...]:
    """Procedures of each standing: on the hospital's list, proposed, asked about, and not counted."""
    changed, blood, tube = (
        (evidence_on(note, words),) for words in ("Suprapubic catheter was exchanged", "Transfused 2 units of PRBC", "Intubated by EMS")
    )
    line = "Insertion of Infusion Device into Superior Vena Cava, Percutaneous Approach"
    return (
        WorkingProcedure(procedure="suprapubic-exchange", code="0T2BX0Z", description="Change Drainage Device in Bladder, External Approach", on="2026-05-05", reasons=("suprapubic-exchange",), evidence=changed),
        WorkingProcedure(
            procedure="transfusion", status="question", asks=("into a peripheral or a central vein",), choices=("30233N1", "30243N1"), reasons=("transfusion: product red-cells",), evidence=blood
        ),
        WorkingProcedure(procedure="intubation", status="flagged", reasons=("done before the arrival: not this hospital's",), evidence=tube),
        WorkingProcedure(procedure="", code="02HV33Z", description=line, status="recorded", on="2026-05-04", reasons=("on a list",)),
    )  # fmt: skip


def ended(telling: Telling) -> None:
    """Discharged; the set waits for pathology."""
    admit(telling, ENDED, "LINDQVIST^MAJA", "6001288", "1961-03-25", "F", "5 EAST 511-B", "flank pain")
    text = (
        "DISCHARGE DIAGNOSES\nAcute pyelonephritis. Type 2 diabetes mellitus.\nHOSPITAL COURSE\n"
        "Suprapubic catheter was exchanged. Transfused 2 units of PRBC. Intubated by EMS in the field.\n"
    )
    note = written("n-end", text, seen(2, 9, 30), note_type="discharge-summary", author="HALVORSEN^ERIK", title="Discharge summary")
    shown = drg("690", "KIDNEY AND URINARY TRACT INFECTIONS WITHOUT MCC", 0.8112, 3.0, "NONE")
    sent_on = PaidByDay(rule="post-acute care transfer", days=2, fraction=0.75, weight=0.6084, source="42 CFR 412.4(b), (c), (f)")
    shown = shown.model_copy(update={"transfer": sent_on})
    codes = (
        code(note, "Acute pyelonephritis", "N10", "Acute pyelonephritis", "pyelonephritis", role="principal"),
        code(note, "Type 2 diabetes mellitus", "E119", "Type 2 diabetes mellitus without complications", "type-2-diabetes"),
    )
    last = telling.entry(
        ENDED,
        at(2, 9, 35),
        [told.EncounterDischarged(at=seen(2, 9, 20), disposition="01")],
        [note],
        [
            CodingPage(
                as_of="x",
                made_by=MADE_BY,
                codes=codes,
                procedures=_done(note),
                drg=shown,
                edits=(ClaimEdit(edit="UNSPECIFIED", code="E119"),),
            )
        ],
    )
    telling.final(
        FinalCodeSet(
            tenant="demo",
            encounter_id=ENDED,
            nth=1,
            status="provisional",
            at=at(2, 9, 35),
            discharged_at=seen(2, 9, 20),
            as_of=last,
            made_by=MADE_BY,
            codes=codes,
            procedures=_done(note),
            drg=shown,
            waiting_for=("pathology report",),
            added=("N10", "E119"),
            cause="discharge",
        )
    )
