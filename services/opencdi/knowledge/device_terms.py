"""What bedside devices call their readings: ISO/IEEE 11073-10101 terms and the LOINC codes that mean the same.

Numbers are the standard's context-free codes (partition * 65536 + term), compared, where those have the term, with a published
value set (HL7 Denmark's core guide, dk-core-IEEEBasicObservation) and with devices' own messages (IHE PCD-01).  LOINC codes are those
that HL7's guide for personal health devices (ObtainObservationCode) demands beside a term, FHIR's vital signs; where LOINC has one of
that site or method which we know too, that one.  A respiratory rate is one by whatever method.  What is something else than the vital
sign (a skin temperature, a ventilator's setting, an aortic pressure), or only entered at the device (MDC_ATTR_PT_WEIGHT: what a pump
doses by), is left out: no code, no guess.
"""

import re

DEVICE_TERMS = "MDC"
"""The code system's name in CWE-3."""
_REFERENCE_ID = re.compile(r"MDC_[A-Z0-9_]+\Z")
_TERMS: tuple[tuple[str, int, str], ...] = (  # LOINC, the standard's number, its reference id
    ("8867-4", 147842, "MDC_ECG_HEART_RATE"),
    ("8867-4", 149514, "MDC_PULS_RATE"),
    ("8867-4", 149546, "MDC_PULS_RATE_NON_INV"),
    ("8889-8", 149530, "MDC_PULS_OXIM_PULS_RATE"),
    ("59408-5", 150456, "MDC_PULS_OXIM_SAT_O2"),
    ("9279-1", 151562, "MDC_RESP_RATE"),
    ("9279-1", 151570, "MDC_AWAY_RESP_RATE"),
    ("9279-1", 151578, "MDC_TTHOR_RESP_RATE"),
    ("9279-1", 151594, "MDC_CO2_RESP_RATE"),
    ("76534-7", 150021, "MDC_PRESS_BLD_NONINV_SYS"),
    ("76535-4", 150022, "MDC_PRESS_BLD_NONINV_DIA"),
    ("76536-2", 150023, "MDC_PRESS_BLD_NONINV_MEAN"),
    ("76534-7", 150301, "MDC_PRESS_CUFF_SYS"),
    ("76535-4", 150302, "MDC_PRESS_CUFF_DIA"),
    ("76536-2", 150303, "MDC_PRESS_CUFF_MEAN"),
    ("76215-3", 150033, "MDC_PRESS_BLD_ART_SYS"),
    ("76213-8", 150034, "MDC_PRESS_BLD_ART_DIA"),
    ("76214-6", 150035, "MDC_PRESS_BLD_ART_MEAN"),
    ("76215-3", 150037, "MDC_PRESS_BLD_ART_ABP_SYS"),
    ("76213-8", 150038, "MDC_PRESS_BLD_ART_ABP_DIA"),
    ("76214-6", 150039, "MDC_PRESS_BLD_ART_ABP_MEAN"),
    ("8310-5", 150344, "MDC_TEMP"),
    ("8310-5", 150364, "MDC_TEMP_BODY"),
    ("8329-5", 150368, "MDC_TEMP_CORE"),
    ("8333-7", 150392, "MDC_TEMP_TYMP"),
    ("8332-9", 188420, "MDC_TEMP_RECT"),
    ("8331-1", 188424, "MDC_TEMP_ORAL"),
    ("76011-6", 188428, "MDC_TEMP_EAR"),
    ("8328-7", 188452, "MDC_TEMP_AXILLA"),
    ("29463-7", 188736, "MDC_MASS_BODY_ACTUAL"),
    ("8302-2", 188740, "MDC_LEN_BODY_ACTUAL"),
    ("39156-5", 188752, "MDC_RATIO_MASS_BODY_LEN_SQ"),
)
_LOINC = {name: loinc for loinc, number, reference in _TERMS for name in (str(number), reference)}


def loinc_of_device_term(code: str, system: str, text: str) -> str | None:
    """The LOINC code of a device's term: by its number where the system is "MDC", else by its reference id as code or as name."""
    if system == DEVICE_TERMS and code in _LOINC:
        return _LOINC[code]
    return next((_LOINC.get(name) for name in (code, text) if _REFERENCE_ID.match(name)), None)
