"""The language of questions to physicians: what leads, what interprets, what speaks of money.

Word lists of the requirement pack "query-brief-2022" (AHIMA/ACDIS Guidelines for Achieving a Compliant Query Practice, 2022 update).
"""

import re

EDITION = "query-brief-2022/3"
MAX_WORDS = 150


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


# directs, presumes or requests a specific answer.
LEADING = _any(
    r"please (?:kindly )?document(?! (?:your|the (?:clinical )?(?:significance|cause|etiology|type|acuity|stage|source|indicators|basis)"
    r"|any|supporting|whether|if|clinical))",
    r"please (?:kindly )?(?:add|agree|amend|change|upgrade|confirm|include|consider|diagnose|state that|chart)",
    r"please (?:kindly )?(?:acknowledge|note that|remember)",
    r"please (?:kindly )?(?:update (?:your note|the (?:note|record|chart)) to|be sure to|make sure|select|choose|pick|tick|check the)",
    r"(?:can|could|will|would|may) (?:you|we) (?:please |kindly )?(?:add|document|confirm|agree|include|change|chart|diagnose)",
    r"(?:can|could|will|would|may) (?:you|we) (?:please |kindly )?(?:update|amend|consider|support|state that|accept)",
    r"(?:would|do|don't|wouldn't) you (?:not )?(?:agree|think|say|feel|concur)",
    r"agree (?:that|with)|\bconcur\b|in agreement with",
    r"\bmeets?(?: the| all| both| several)? (?:\w+ )?(?:criteria|definition|sepsis|kdigo|aspen|sirs|sofa|threshold)",
    r"criteria (?:for [\w\s-]{1,40} )?(?:are |were |have been |is )?(?:met|fulfilled|satisfied)",
    r"(?:fulfil?ls?|satisf(?:y|ies)) (?:the )?(?:\w+ )?(?:criteria|definition)|qualif(?:y|ies) (?:as|for)",
    r"(?:should|must|needs? to|ha(?:s|ve) to|ought to) (?:be )?(?:documented|added|coded|diagnosed|reported|captured)",
    r"(?:should|must|needs? to|ha(?:s|ve) to|ought to) (?:reflect|read|say|state|include|show)",
    r"\b(?:we|i|cdi|coding|the coder) (?:believe|think|feel|suspect|recommend|suggest|expect|hope)s?",
    r"\b(?:we|i|cdi|coding|the coder) (?:need|require|would like|want)s?(?! (?:clarification|further|your))",
    r"is(?:n't| not) (?:this|it)|confirm (?:that|the diagnosis|your diagnosis)|it (?:appears|seems|looks like)",
    r"\bclearly\b(?! (?:document|state|specify|describe))|\bobvious(?:ly)?\b|\bundoubtedly\b|\bsurely\b",
    r"\bevidently\b|strongly|most likely|\bwarrants?\b",
    r"patient (?:clearly |obviously )?(?:has|had|is having|suffers)",
    r"(?:correct|expected|right|preferred|recommended|best) (?:answer|option|response)|\bpreferred\b|\brecommended\b",
    r"(?:option|answer) (?:a|b|c|1|2|one|two|above) is",
    r"suggest(?:s|ive|ing|ed)?\b|\bindicative of|\bindicates\b",
    r"consistent with|compatible with|diagnostic of|support(?:s|ive)? (?:of )?(?:a |the )?diagnosis of",
    r"supporting (?:a |the )?diagnosis of(?![^.?]{1,80} (?:could|can) not be (?:located|found))",
    r"for (?:accurate|appropriate|proper|complete|optimal) (?:coding|capture|severity)",
    r"(?:needed|necessary|required) (?:for|to support) (?:coding|billing|the claim)|so that (?:we|it) can",
    r"failure to (?:document|answer|respond)|as (?:we )?discussed|per (?:our )?(?:conversation|discussion)|!",
)
# Q-11, DOMAIN F.14: definitions are shown to CDI and never named to the provider, as if they decided.
DEFINITION = _any(
    r"\bsepsis[- ]?[23]\b|\bsep[- ]?1\b|\bkdigo\b|\brifle\b|\bakin criteria|\baspen\b|\bglim\b|\bq?sofa\b|\bsirs criteria",
    r"\bberlin (?:criteria|definition)",
)
# "sepsis is not documented" asks for it by complaining of its absence.
ABSENT = _any(
    r"(?:not|never|nor) (?:yet |been |clearly )*(?:documented|addressed|mentioned|recorded|charted|listed)",
    r"\b(?:missing|lack(?:s|ing)?|absent|omitted|undocumented)\b",
)
# a question that yes or no would answer, whatever boxes stand under it.
POLAR = _any(
    r"(?:^|[,;:.] *)(?:does|do|did|is|are|was|were|has|have|had|can|could)\b",
    r"\bwhether\b|\bif (?:the patient|this|there|it|he|she)\b",
)
YES = frozenset({"yes", "y", "agree", "agreed", "true", "confirmed", "correct", "present", "confirm"})
NO = frozenset({"no", "n", "disagree", "false", "denied", "incorrect", "absent", "not", "unconfirmed"})
# a field that is filled in to be filled in.
PLACEHOLDER = _any(r"^(?:n/?a|none|null|tbd|unknown|undefined|xxx+|\?+|-+|\.+)$")
# why a fact of an earlier encounter matters in this one; the closed list of DOMAIN C.3.
PERTINENCE = _any(r"baseline|specific|criteria|a?etiolog|\bcause|\bpoa\b|present on admission|histor|clarif")
# one clinical issue at a time.
SECOND_ISSUE = _any(
    r"(?:also|in addition|additionally|furthermore|secondly),? (?:please )?(?:clarify|specify|document|state|indicate|address)"
)
EMPHASIS = _any(r"[★☆✓✔☑☒✅→➔➜➡►▶👉❗‼⭐]", r"\[ ?[x✓] ?\]", r"\([x✓]\)", r"<--|-->|<==")
SHOUTED = re.compile(r"(?<![A-Za-z-])(?!NSTEMI|STEMI|HFREF|HFPEF|HFMREF|CAUTI|CLABSI|COVID|SIADH|AFIB)[A-Z]{5,}(?![A-Za-z])")
# A code of ICD-10-CM in a text for physicians names a diagnosis that nobody reads.
CODE = re.compile(r"(?<![A-Za-z0-9])[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4}|\d[0-9A-Z]{0,3})(?![A-Za-z0-9.])")
# words that interpret; a quotation of the chart may hold them.
INTERPRETING = _any(
    r"meets? (?:the )?(?:criteria|definition)|criteria (?:are )?met|consistent with|compatible with|suggest(?:s|ive|ing)",
    r"indicat(?:es|ive|ing)|clear(?:ly)?\b(?! (?:lungs?|urine|liquid|chest|to ausc))",
    r"obvious(?:ly)?|undoubtedly|definite(?:ly)?|unequivocal(?:ly)?",
    r"septic[- ]appearing|diagnostic of|concerning for|worrisome for|evidence of|due to|proves?|classic for|alarming|severely abnormal",
    r"\bsepsis[- ]?[23]\b|\bkdigo\b|\bsirs\b|\bsofa\b",
)
_MONEY_ANYWHERE = (
    r"reimburs|\bpay(?:ment|ments|er|ers|or|ors)\b|\b(?:ms-?|apr-?)?drgs?\b|relative weight|weight_delta|weighted (?:drg|higher|code)",
    r"\bmccs?\b|\bcmi\b|case[- ]?mix|severity of illness|risk of mortality|quality (?:score|metric|rating|measure|indicator)s?",
    r"patient safety indicator|hospital[- ]acquired condition|observed[- ]to[- ]expected|expected mortality|\bo/e\b|\brevenue",
    r"[$€£💰💵💲🤑💸]|\bdollars?\b|\bgmlos\b|\bfinancial|\bbill(?:ed|ing|able)\b|\bhccs?\b|\braf\b|star rating|value[- ]based",
    r"complications? (?:or|and|/) ?comorbidit|major complication|comorbid condition tier|core measure|readmission penalt|upcod|downcod",
)
# reimbursement, severity tiers, quality scores, denials.
MONEY_IN_EVIDENCE = _any(*_MONEY_ANYWHERE)
"""In the chart's own words "denied chest pain", "lipid profile", "ROM" and "CC:" are no money."""
MONEY = _any(
    *_MONEY_ANYWHERE,
    r"\bpays?\b|\bsoi\b|\bpsi[- ]?\d+|\bdenials?\b|\bdenied\b|\baudit(?!-c)|\bprofile\b|\bbill\b|insurance|\binsurer|\bmedicare\b",
    r"weight (?:delta|impact)|maximi[sz]e|risk[- ]adjust|severity (?:tier|level|score)|\bpenalt|length of stay|\bcms\b|score ?card",
    r"optimi[sz]e (?:coding|documentation|the code)|(?:coding|documentation|drg) impact|impact on (?:the )?(?:score|rating|hospital)",
    r"\bcapture\b|\bcoding purposes|up-?grad(?:e|es|ing) the (?:code|drg)",
)
# Upper case only: "cc" is also a volume, "rom" a range of motion, "hac" and "psi" are parts of words.
MONEY_IN_CAPITALS = re.compile(r"(?<![A-Z/\d])(?<!\d )CC(?!:)(?:s|/MCC)?\b|\bROM\b|\bHACs?\b|\bPSI\b|\bRW\b|\bVBP\b|\bSOI/ROM\b")
MONEY_FIELD = _any(
    r"drg|weight|mcc|cmi|soi|rom_|reimburs|revenue|payment|quality_score|impact|priority|effect|\bcc\b|severity_tier|denial|financ|dollar",
    r"price|cost|value_usd|tier|rank|hcc|raf",
)
# as answers of their own, not as words inside another one.
OTHER = _any(r"^\W*(?:an)?other\b(?! than)|^\W*something else\b|^\W*none of (?:the above|these)")
UNDETERMINED = _any(
    r"^\W*(?:clinically )?(?:undetermined|undeterminable|indeterminate)|^\W*(?:clinically )?unable to (?:be )?(?:clinically )?determine",
    r"^\W*cannot (?:be )?(?:clinically )?determined?|^\W*not (?:clinically )?(?:able to be )?determinable",
    r"^\W*not able to (?:clinically )?determine|^\W*other.{0,20}unable to (?:clinically )?determine",
)
SEVERITY_WORDS = ("mild", "moderate", "severe")
