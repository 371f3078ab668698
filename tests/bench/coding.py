"""How fast is coding, and how right?  `make bench-code`: all in one run, beside what a user would take instead; printed, never asserted.

Processor time of one core, everything loaded, unless it says otherwise.  CODE="--speed" leaves CodiEsp out, CODE="--codiesp" the speeds;
CODE="--worst" lists what is missed and what is false on the cases.  CDI_CODES: a loaded index (`opencdi codes load`); without it the
public data's is loaded into a folder of the run.  drgpy is measured where it is installed (DRGPY=folder adds one to the path).
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

import codiesp
from code_mixes import claims
from latency import percentile
from rich.console import Console
from rich.progress import track
from rich.table import Table
from thirty_notes import Stay

from opencdi.bus.room import Record, Room, State
from opencdi.cli.memory import settle_memory
from opencdi.coding.room import coding_room
from opencdi.knowledge.effect import effect_of_adding
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.knowledge.site import SiteData
from quality.marks import CORPUS, notes_in

CONSOLE = Console(stderr=True)
INDEX_XML = codiesp.CASES.parents[1] / "icd10cm"
Row = tuple[str, str, str]


def milliseconds(work: Callable[[], object]) -> float:
    """Of one call, in processor time of this thread: the one that draws the progress bar is not part of it."""
    begun = time.thread_time()
    work()
    return 1e3 * (time.thread_time() - begun)


def this_machine() -> Iterator[Row]:
    """The same work each time, so that a run is told from one on a machine that was busy, or is another."""
    took = sorted(milliseconds(lambda: sum(nth * nth for nth in range(1_000_000))) for _ in range(9))
    yield "this machine: a million squares added up, median of 9", f"{median(took):.0f} ms ({took[0]:.0f} to {took[-1]:.0f})", ""


# --- grouping -------------------------------------------------------------------------------------------------------
def grouping() -> Iterator[Row]:
    """Claims that nobody has asked of this process, grouped one by one."""
    source, asked = claims()
    uncached = group.__wrapped__
    uncached(asked[0])
    settle_memory()  # as every process of the line does before it works
    took = sorted(milliseconds(lambda one=one: uncached(one)) for one in asked)
    yield f"regroup, p50 of {len(asked)} claims ({source})", f"{percentile(took, 0.5):.3f} ms", ""
    yield "  p99", f"{percentile(took, 0.99):.3f} ms", "< 0.3 ms"
    widest = max(asked, key=lambda one: len(one.secondary))
    counterfactuals(widest)  # the weights are read, once a process
    group.cache_clear()
    yield (
        f"40 counterfactuals of a claim of {len(widest.secondary)} codes",
        f"{milliseconds(lambda: counterfactuals(widest)):.1f} ms",
        "< 20 ms",
    )
    yield from beside(asked)  # at last: the tables that it brings into the process slow down whoever comes after it


def counterfactuals(claim: GrouperClaim) -> None:
    """What forty further codes would do, each on its own."""
    grouped = group(claim)
    for nth in range(40):
        effect_of_adding(claim, CodedDiagnosis(_GAPS[nth], "Y"), grouped=grouped)


_GAPS = ["E43", "E440", "J9601", "J9602", "J9621", "G9341", "G928", "R6520", "R6521", "N170", "N179", "D62", "D696", "E870", "E871", "E872", "E8720", "E8721", "E8722", "I5021", "I5023", "I5031", "I5033", "I5041", "I21A1", "I2699", "J690", "J156", "J151", "K7200", "K7682", "L89153", "L89154", "I469", "R570", "R571", "E1110", "E1165", "K567", "K5660", "D6869"]  # fmt: skip


def beside(asked: list[GrouperClaim]) -> Iterator[Row]:
    """drgpy on the same claims: how fast, and how often it says what the official grouper's engine says."""
    if folder := os.environ.get("DRGPY"):
        sys.path.append(folder)
    try:
        from drgpy.msdrg import DRGEngine
    except ImportError:
        yield "  drgpy, a claim", "not installed (pip install drgpy)", ""
        return
    engine, same, took = DRGEngine("v43.1"), 0, []
    for one in (claim for claim in asked if claim.sex != "U"):
        codes, poa = [one.principal.code, *(d.code for d in one.secondary)], [d.poa or "Y" for d in (one.principal, *one.secondary)]
        begun = time.thread_time()
        told = engine.get_drg(codes, list(one.procedures), gender=one.sex, poa=poa, discharge_status=f"{one.discharge_status:02d}")
        took.append(1e3 * (time.thread_time() - begun))
        same += f"{int(told):03d}" == group(one).drg if str(told).isdigit() else False
    yield f"  drgpy, a claim, p50 ({same / len(took):.1%} the same DRG)", f"{percentile(sorted(took), 0.5):.3f} ms", ""


# --- one event ------------------------------------------------------------------------------------------------------
class Kept(dict[str, State]):
    """States that know which were changed, as a batch does."""

    def __init__(self, held: dict[str, State]) -> None:
        """A copy: each event comes after the same thirty notes."""
        super().__init__(held)
        self.changed: set[str] = set()

    def __setitem__(self, key: str, state: State) -> None:
        """Remember what has to be encoded."""
        self.changed.add(key)
        super().__setitem__(key, state)


def event(room: Room, held: dict[str, State], record: Record) -> float:
    """Milliseconds of one event as the room runs it: decoded, stepped, its pages and its changed states encoded."""
    states = Kept(held)

    def step() -> None:
        list(room.step(states, record))
        for key in states.changed:
            room.codec.encode(key, states[key])

    return milliseconds(step)


def after(room: Room, records: Iterable[Record]) -> dict[str, State]:
    """What the room remembers after these."""
    states: dict[str, State] = {}
    for record in records:
        list(room.step(states, record))
    return states


def re_coding() -> Iterator[Row]:
    """What comes after a chart's thirtieth note, each event on its own; another patient of the sort was coded before.

    The same happens to five patients, so that a moment in which the machine was busy elsewhere is told from an event that is dear.
    """
    stay = Stay()
    before, further = stay.thirty_notes(), list(stay.further())
    room = coding_room(SiteData())
    settle_memory()
    took: list[list[float]] = []
    for born in (b"1949", b"1951", b"1953", b"1955", b"1957", b"1959"):  # of another age: no claim was ever grouped before
        held = after(room, [Record(one.topic, one.key, one.value.replace(b"1955-01-02", born + b"-01-02")) for one in before])
        took.append([event(room, held, record) for _, record in further])
    of_five = list(zip(*took[1:], strict=True))
    each, every = sorted(map(median, of_five)), sorted(one for found in of_five for one in found)
    yield f"one event after 30 notes re-coded, p95 of {len(each)}, each the median of 5", f"{percentile(each, 0.95):.1f} ms", "< 5 ms"
    yield f"  p95 of all {len(every)}, whatever else the machine did", f"{percentile(every, 0.95):.1f} ms", ""
    for kind in dict.fromkeys(kind for kind, _ in further):
        found = [median(told) for told, (of, _) in zip(of_five, further, strict=True) if of == kind]
        yield f"  {kind}: median (longest) of {len(found)}", f"{median(found):.1f} ms ({max(found):.1f})", ""


# --- in processes of their own --------------------------------------------------------------------------------------
_LOADS = {
    "code sets (tabular)": "from opencdi.knowledge.icd10cm import tabular; tabular().entry('N179')",
    "code sets and Alphabetic Index": (
        "from opencdi.knowledge.icd10cm import tabular; from opencdi.knowledge.index_file import load_index;"
        "from opencdi.settings import Settings; tabular().entry('N179'); assert load_index(Settings().codes_folder)"
    ),
    "  simple_icd_10_cm, its own data": "import simple_icd_10_cm as cm; cm.get_description('N17.9')",
}
_MEMORY = """
import pickle, sys
from pathlib import Path
from opencdi.coding.room import coding_room
from opencdi.knowledge.index_file import load_index
from opencdi.knowledge.site import SiteData
from opencdi.settings import Settings
room, states = coding_room(SiteData()), {}
index = load_index(Settings().codes_folder)
for record in pickle.loads(Path(sys.argv[1]).read_bytes()):
    list(room.step(states, record))
told = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(("VmRSS", "RssAnon")))
print(*(int(told[name].split()[0]) // 1024 for name in ("VmRSS", "RssAnon")), int(index is not None))
"""


def fresh(program: str, codes: Path | None, *arguments: str) -> str:
    """What a process of its own prints that runs this."""
    asked = [sys.executable, "-W", "ignore", "-c", program, *arguments]
    return subprocess.run(asked, check=True, capture_output=True, text=True, env=codiesp.with_index(codes)).stdout


def loading(codes: Path | None) -> Iterator[Row]:
    """Seconds to have the code sets at hand, from their built files, in a fresh process; the interpreter's own start apart."""
    for name, program in _LOADS.items():
        if "Index" in name and codes is None:
            yield name, "no index is loaded", "< 0.5 s"
            continue
        timed = f"import time; begun = time.perf_counter(); {program}; print(time.perf_counter() - begun)"
        took = median(float(fresh(timed, codes)) for _ in range(5))
        yield f"{name}: fresh process, median of 5", f"{took:.2f} s", "" if name.startswith(" ") else "< 0.5 s"


def memory(codes: Path | None) -> Iterator[Row]:
    """Megabytes of a process that has the coding room, the grouper, the tabular and the index, and has coded a chart."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(Stay().thirty_notes()))
        file.flush()
        resident, own, indexed = (int(part) for part in fresh(_MEMORY, codes, file.name).split())
    yield f"memory of the coding room{', with index' if indexed else ''} (of it its own)", f"{resident} MB ({own})", "< 400 MB"


def notes_a_second(name: str, texts: dict[str, str], codes: Path | None) -> Row:
    """`opencdi code` over these notes in one process: from its first answer to its last; what comes before is its start."""
    lines = "\n".join(json.dumps({"id": key, "text": text}) for key, text in texts.items()).encode()
    asked = [sys.executable, "-m", "opencdi.cli.app", "code", "--date", "2026-05-01"]
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(lines)
        file.flush()
        begun = time.perf_counter()
        with subprocess.Popen(
            [*asked, file.name], stdout=subprocess.PIPE, env={**codiesp.with_index(codes), "PYTHONUNBUFFERED": "1"}
        ) as run:
            assert run.stdout is not None
            run.stdout.readline()
            started = time.perf_counter()
            answers = sum(1 for _ in run.stdout)
            ended = time.perf_counter()
    size = sum(map(len, texts.values())) // len(texts)
    return (
        f"opencdi code, {len(texts)} {name} of {size:,} characters (start {started - begun:.1f} s)",
        f"{answers / (ended - started):,.0f} /s",
        "≥ 100 /s",
    )


def filtering(codes: Path | None) -> Iterator[Row]:
    """Notes a second."""
    yield notes_a_second("synthetic notes", {note.name: note.text for note in notes_in(CORPUS)}, codes)
    if codiesp.CASES.is_dir():
        yield notes_a_second("CodiEsp cases", codiesp.texts(), codes)


# --- all of it ------------------------------------------------------------------------------------------------------
def loaded_index(folder: Path) -> Path | None:
    """The folder of a loaded index: CDI_CODES, or the public data's, loaded now; None where there is neither."""
    if told := os.environ.get("CDI_CODES"):
        return Path(told)
    if not INDEX_XML.is_dir():
        return None
    asked = [sys.executable, "-m", "opencdi.cli.app", "codes", "load", str(INDEX_XML)]
    subprocess.run(asked, check=True, capture_output=True, env=codiesp.with_index(folder))
    return folder


def speeds(codes: Path | None) -> Table:
    """Everything that has a clock."""
    table = Table("what", "measured", "wanted", title="coding")
    parts = (this_machine, re_coding, grouping, lambda: loading(codes), lambda: memory(codes), lambda: filtering(codes), this_machine)
    for part in track(parts, "measuring", console=CONSOLE, transient=True):
        for row in part():
            table.add_row(*row)
    return table


def rightness(codes: Path | None, console: Console, *, worst: bool) -> None:
    """CodiEsp by scope, with the index and without; and what the reportable path adds to our own charts."""
    gold, cases = codiesp.annotated(), codiesp.texts()
    ways = {"naive dictionary over the tabular": lambda: codiesp.dictionary(cases)}
    for scope in ("mentions", "reportable"):
        ways[f"{scope}, without index"] = lambda scope=scope: codiesp.coded(scope, None, cases)
        if codes is not None:
            ways[f"{scope}, with index"] = lambda scope=scope: codiesp.coded(scope, codes, cases)
    results = {name: way() for name, way in track(ways.items(), "coding CodiEsp", console=CONSOLE, transient=True)}
    console.print(codiesp.summary(results, gold))
    mentions = {name: ours for name, ours in results.items() if "reportable" not in name}
    console.print(codiesp.by_chapter(mentions, gold))
    if worst:
        for name, ours in list(mentions.items())[1:]:
            for what, told in zip(("missed", "false"), codiesp.missed(ours, gold), strict=True):
                console.print(f"{name}, {what}: " + ", ".join(f"{code} {count}" for code, count in told))


def on_our_charts(codes: Path | None) -> str:
    """Codes that the reportable path proposes for the demo's charts and a coder does not (DOMAIN F.19): none is allowed."""
    program = f"import sys; sys.path[:0] = {sys.path!r}; from our_charts import false_codes; print(false_codes())"
    return fresh(program, codes).strip()


def main() -> None:
    """Measure and print."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--speed", action="store_true", help="the speeds alone")
    told.add_argument("--codiesp", action="store_true", help="the public cases alone")
    told.add_argument("--worst", action="store_true", help="what is missed and what is false, by code")
    asked = told.parse_args()
    console = Console(width=132)
    with tempfile.TemporaryDirectory() as folder:
        codes = loaded_index(Path(folder))
        if not asked.codiesp:
            console.print(speeds(codes))
        if asked.speed:
            return
        if codiesp.CASES.is_dir():
            rightness(codes, console, worst=asked.worst)
        for name, one in {"without index": None, "with index": codes}.items():
            console.print(f"Codes proposed for our own nine charts that a coder does not have, {name}: {on_our_charts(one)}")


if __name__ == "__main__":
    main()
