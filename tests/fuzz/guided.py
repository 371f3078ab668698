"""`make fuzz-guided`: atheris (libFuzzer) looks for new paths through frames, gate and intake by coverage; stops at the first that breaks a law.

Needs `atheris` beside the package, in an environment of its own.  What it finds is written where it is told (`-artifact_prefix`).
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["opencdi.events", "opencdi.gateway", "opencdi.intake", "opencdi.clinical"]):
    from fuzz.judging import Line, corpus
    from opencdi.gateway.frames import Frame, Frames

    line = Line()  # a room imports its books when it is made
line.rooms = line.rooms[:1]

LIMIT = 1 << 20
_LINE_OF_MANY = 2000  # so that no finding needs all that came before it


def one(data: bytes) -> None:
    """One input: its first byte says how it comes, as FHIR or as HL7 in a frame cut in two."""
    if line.nth > _LINE_OF_MANY:
        line.begin_anew()
    if not data:
        return
    if data[0] & 1:
        line.take("fhir", data[1:])
        return
    frames = Frames(LIMIT)
    wire = b"\x0b" + data[1:] + b"\x1c\r"
    cut = data[0] * len(wire) // 256
    for frame in (*frames.feed(wire[:cut]), *frames.feed(wire[cut:])):
        if isinstance(frame, Frame):
            line.take("hl7v2", frame.body)


def main() -> None:
    """Begin with our own messages; libFuzzer's options follow on the command line."""
    with tempfile.TemporaryDirectory() as seeds:
        for nth, message in enumerate(corpus()):
            (Path(seeds) / f"{nth}").write_bytes((b"\x01" if message.feed == "fhir" else b"\x80") + message.body)
        atheris.Setup([*sys.argv, seeds], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
