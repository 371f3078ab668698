"""The words by which notes tell when a condition began against the admission (`began`); patterns of the lower-cased text."""

import re
from typing import Final

CAME: Final = re.compile(
    r"\b(?:(?:re-?)?admitted|hospitali[sz]ed|presented|presents|presenting|came[ ]in|came[ ]to|arrived|brought[ ]in|brought[ ]to|"
    r"comes[ ]in|transferred[ ](?:here[ ]|in[ ])?from)\b"
    r"(?:[ ](?!and\b|for\b)[\w/'’-]+){0,6}?[ ](?:with|w/?|for|due[ ]to|because[ ]of|after)[ ]|\bp/w[ ]"
    r"|\badmi(?:ssion|tting)[ ](?:diagnos[ei]s|dx)[ ]?:"
    r"|\b(?:up)?on[ ](?:(?:his|her|the|initial)[ ])?(?:arrival|admission|presentation)\b"
    r"|\bat[ ](?:(?:the[ ])?time[ ]of[ ])?(?:arrival|admission|presentation)\b|\bin[ ](?:the[ ])?(?:ed|emergency[ ](?:room|department))\b"
    r"|\bin[ ]the[ ]er\b|\binitial[ ](?:labs?|laboratory[ ]\w+|work-?up|evaluation)\b"
)
TURNS: Final = re.compile(
    r"[.!?](?=\s|$)|[;\n]|->|→|\b(?:"
    r"developed|develops|became|went|then|later|subsequent|complicat|course|hospital day|hd|pod|day \d|until|peak|rose|rising|"
    r"climb|increas|worsen|dropp|fell to|drift|improv|start|treated|managed|receiv|given|gave|transfus|transferred|underw|taken|"
    r"but|however|now|currently|today|since|after|follow|s/p|status post|consult|c/b|stable|resolv|discharg|overnight)"
)
""" "Admitted with pneumonia, then developed ...": what stands behind these is not what one came with."""
ONSET: Final = re.compile(
    r"\b(?:(?:had[ ])?developed|develops|developing|(?<!-)acquired|contracted|became|went[ ]into|gone[ ]into|flipped[ ]into|"
    r"converted[ ]to|suffered|sustained|experienced|"
    r"(?:acute|new|sudden|abrupt)(?:ly)?[ -]onset|new(?:ly)?(?![ ](?:diagnos|dx|found|discover|identif|detect|recogni|noted))|"
    r"acutely|episode[ ]of|run[ ]of)\b"
)
ELSEWHERE: Final = re.compile(
    r"[.!?](?=\s|$)|[;\n]|\b(?:(?P<link>due to|2/2|secondary to|because of|in (?:the )?setting of|iso|from)|despite|with known|"
    r"known|chronic|underlying|"
    r"history|hx|h/o|prior|previous|baseline|home|resolved|improved|stable|continue|no|ruled)\b"
)
""" "Developed AKI due to ...": what stands behind these did not begin with it."""
_STAY: Final = r"(?:hospitali[sz]ation|hospital[ ](?:stay|course)|inpatient[ ]stay|admission|stay|icu[ ]stay)"
HOSPITAL_DAY: Final = re.compile(
    r"\b(?:hospital[ ]day|hosp[ ]day|ho?d)[ ]?(?:\#|no\.?|number)?[ ]?(?:[2-9]|[1-9]\d|two|three|four|five|six|seven|eight|nine|"
    r"ten)\b(?!/|[ ]?(?:x|times|days|sessions|hours|h)\b)"
    r"|\b(?:second|third|fourth|fifth|sixth|seventh|2nd|3rd|[4-9]th)[ ](?:hospital[ ]day|day[ ]of[ ](?:the[ ]|his[ ]|"
    r"her[ ])?" + _STAY + r")"
    r"|\b(?:on[ ])?day[ ](?:[2-9]|[1-9]\d)[ ]of[ ](?:the[ ]|this[ ]|his[ ]|her[ ])?" + _STAY + r"|\b(?:during|"
    r"later[ ]in)[ ](?:this|the|his|her)[ ]" + _STAY + r"\b"
    r"|\bwhile[ ](?:hospitali[sz]ed|inpatient|admitted|in[ ](?:the[ ])?(?:hospital|icu)|on[ ]the[ ](?:floor|ward))\b|\bin-hospital\b"
)  # fmt: skip
_PROCEDURES: Final = (
    r"(?:surgery|procedure|operation|cath|catheterization|angiography|angiogram|pci|cabg|transfusion|extubation|intubation|bronchoscopy|"
    r"colonoscopy|ercp|endoscopy|egd|biopsy|thoracentesis|paracentesis|dialysis|arthroplasty|hemiarthroplasty|colectomy|resection|repair|"
    r"bypass|laparotomy|ablation|thrombectomy|tpa|contrast|delivery|cesarean|sedation|anesthesia)"
)
_POD: Final = r"(?:pod|post-?[ ]?op(?:erative)?[ ]day)[ ]?\#?[ ]?\d{1,2}(?:[ ]?-[ ]?\d{1,2})?"
AFTER: Final = re.compile(
    rf"\b(?:{_POD}|post-?[ ]?op(?:eratively)?|post-?procedure|(?:after|following)[ ](?:(?:the|his|her|a|cardiac|left|"
    rf"right)[ ]){{0,2}}(?:{_PROCEDURES}))\b"
)
COMPLICATED: Final = re.compile(
    r"\b(?:course|" + _STAY + r"|recovery|post-?op(?:erative)?[ ]period)[ ](?:(?:was|is|has[ ]been|further|also|then)[ ]){0,3}"
    r"(?:complicated[ ]by|c/b|notable[ ]for[ ]new|marked[ ]by[ ]new)[ ]|(?<![^\n])[ ]*complicated[ ]by[ ]"
)
GLUED: Final = re.compile(
    r"\b(?:(?P<no>hospital[ -](?:onset|acquired)|icu[ -]acquired|nosocomial|in-hospital|inpatient[ ](?=fall))"
    r"|(?P<later>post-?[ ]?op(?:erative)?|post-?[ ]?procedur(?:e|al)|post-?[ ]?cath|post-?[ ]?transfusion|post-?[ ]?ercp|"
    r"peri-?procedural|icu(?=[ ]delirium)))"
    r"[ ](?:(?:acute|new|mild|moderate|severe|expected|transient|likely|hypoactive|hyperactive|paroxysmal|small|adynamic|"
    r"anticipated)[ ]){0,3}$"
)
"""Right before the mention."""
NO_BEHIND: Final = re.compile(
    r"(?:[ ](?:of|in)(?:[ ]\w+){1,3})?(?:[ ]?[,(][ ]?(?:grade|stage|"
    r"class)[ ]\w{1,3}\)?)?[ ]?[,(–—-]{0,2}[ ]?(?:new[ ]since[ ](?:yesterday|last[ ]night|admission|surgery)|new[ ]overnight|"
    r"hospital[ -](?:onset|acquired)(?=[ ]?(?:[.,;)]|$))|not[ ]present[ ](?:on|at)[ ]arrival"
    r"|(?:that|which)?[ ]?(?:developed|arose|began|occurred|appeared|acquired)[ ](?:in|during|while|after)[ ](?:the[ ]|this[ ]|"
    r"her[ ]|his[ ])?(?:hospital|inpatient|admission|stay)"
    r"|developed[ ]after[ ]\w+[ ]days[ ](?:in|of)[ ](?:the[ ])?hospital|(?:in|on)[ ](?:the|his|her|an?)[ ](?:hospital[ ]room|ward|"
    r"inpatient|nursing[ ]unit))"
)
BEGAN_BEHIND: Final = re.compile(
    r"[ ]?[,(–—-]{0,2}[ ]?(?:(?:which|that|was|were|had|has|have|first|acutely|again|with|an?)[ ]){0,3}"
    r"(?:developed|developing|began|beginning|occurred|occurring|arose|arising|started|appeared|onset|new)\b(?:[ ](?:in|by|on|at|"
    r"the|night|evening|morning|of|around)){0,5}[ ]$"
)
SHOWED: Final = re.compile(r"\b(?:show|reveal|demonstrat|found|finding|confirm|consistent)")
""" "Became hypoxic, CT showed ...": what is found then may have been there."""
HAD: Final = re.compile(
    r"\bhad[ ](?:an?|another|(?:two|three|several|multiple))[ ](?:(?:large|small|new|brief|massive|further|witnessed|episodes?|"
    r"of)[ ]){0,3}$"
)
WHEN: Final = re.compile(r"[ ]?[(,]?[ ]?(?:(?:on|at|in|by|the|night|morning|evening|of|around|early|late)[ ])*")
"""Between an event and its day."""
POD_BEHIND: Final = re.compile(
    rf"[ ]?[,(–—-]{{0,2}}[ ]?(?:on[ ]|beginning[ ](?:on[ ])?)?{_POD}|[ ]?[,(][ ]?(?:expected[ ])?post-?[ ]?op(?:erative)?\b|"
    rf"[ ]post-?[ ]?operatively\b"
    rf"|[ ]?[,(–—-]{{0,2}}[ ]?(?:which[ ])?(?:(?:that[ ])?(?:developed|arising|occurring|occurred|seen)[ ])?(?:after|following|"
    rf"post)[ ](?:(?:the|his|her|a|cardiac|left|right|heart)[ ]){{0,2}}(?:{_PROCEDURES})\b"
)
BLOOD_BEHIND: Final = re.compile(
    r"[ ]?,?[ ]?(?:due[ ]to|from|2/2|secondary[ ]to|related[ ]to)[ ](?:(?:the|her|his|expected|recent|acute)[ ]){0,2}"
    r"(?:surgery|operation|procedure|(?:surgical|(?:intra|peri|post)?-?operative)[ ](?:blood[ ])?(?:loss|bleed))"
)
ESCALATED: Final = re.compile(
    r"\b(?:rapid[ ]response|rrt|code[ ](?:blue|stroke)|(?:transferred|moved|upgraded)[ ]to[ ](?:the[ ])?\w*(?:icu|ccu)|"
    r"re-?intubated|intubated)\b"
    r"[^.;\n]{0,40}?\b(?:for|with|due[ ]to)[ ](?:new[ ])?$"
)
"""Right before the mention, with its day in the same sentence: "transferred to the ICU on HD 3 with septic shock"."""
ARRIVAL_BEHIND: Final = re.compile(
    r"[ ]?[,(–—-]{0,2}[ ]?(?:(?:was|were|is|already|clearly|both|noted|seen|evident|apparent|there|found|present)[ ]){0,3}"
    r"(?:(?:up)?on|at)[ ](?:the[ ]time[ ]of[ ])?(?:his[ ]|her[ ]|the[ ])?(?:arrival|admission|presentation)\b"
)
TRIGGER: Final = re.compile(
    r"\b(?:post|pod|hosp|noso|in-h|inpat|icu|new|devel|arose|arising|began|beginning|occur|appear|acquir|start|arrival|admission|"
    r"present|after|follow|onset|due|from|2/2|secondary|related|not[ ])"
)
"""Without one of these beside a mention nothing right beside it is asked."""
DATED: Final = re.compile(r"\b(?:on|of|by|since|around|developed|began|started|occurred|arose|new|morning|evening|night|overnight)[ ]$")
"""Before a date; "2/2" and "4/5" are dates only there."""
