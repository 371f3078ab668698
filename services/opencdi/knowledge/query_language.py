"""The language of questions to physicians: what leads, what interprets, what speaks of money.

Word lists of the requirement pack "query-brief-2022" (AHIMA/ACDIS Guidelines for Achieving a Compliant Query Practice, 2022 update).
"""

import re

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
