"""`opencdi demo`: the whole line on this machine, synthetic admissions in fast time, the workbench to look at.

The player is a hospital like any other: it opens MLLP connections, posts FHIR, and waits for every acknowledgement.  Only the clock
is the demo's: before each message it tells the gate what time it is.
"""

import shutil
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import typer

from opencdi.cli.at_bus import stop

START = datetime(2026, 5, 4, tzinfo=timezone(timedelta(hours=-4)))
"""Day 0: a Monday in FY2026, for which weights exist."""
UNTIL = timedelta(days=3, hours=10)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="go on with the file of the last demo")] = False,
    home: Annotated[Path, typer.Option(help="folder of the demo's files")] = Path("var/demo"),
    days: Annotated[int | None, typer.Option(help="press 'next day' this often, then stop (for tests)")] = None,
) -> None:
    """Play synthetic admissions up to day 3, 10:00 and serve the workbench.

    Example: opencdi demo
    """
    from opencdi.cli.player import Control, Player
    from opencdi.cli.ports import busy_port
    from opencdi.settings import Settings, environment

    fresh = not (keep and (home / "bus.db").exists())
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home, demo_clock_at=START)
    if busy := busy_port(settings, ("door", "pages")):
        stop(busy)
    control = ThreadingHTTPServer(("127.0.0.1", 0), Control)
    told = environment(
        CDI_HOME=str(home),
        CDI_DEMO_CLOCK_AT=START.isoformat(),
        CDI_DEMO_CONTROL=f"http://127.0.0.1:{control.server_port}",
        CDI_LOG_LEVEL="WARNING",
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either way of stopping stops the line too
    line = subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", "run"], env=told)
    try:
        player = Player(settings, line, START)
        Control.player = player
        threading.Thread(target=control.serve_forever, daemon=True).start()
        player.wait_for_the_door()
        player.play_until(START + UNTIL, quick=True)
        _say_what_to_look_at(settings)
        for _ in range(days or 0):
            player.next_day()
        if days is None:
            player.go_on()
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
    finally:
        control.shutdown()
        line.terminate()
        line.wait(20)


def _say_what_to_look_at(settings: Any) -> None:
    print(
        f"""
  It is Thursday, day 3, 10:00 on the ward.   http://localhost:{settings.workbench_port}

  - Worklist: five admissions have a question waiting for approval.  Open Irena Kowalski (malnutrition).
  - Approve it; switch to "physician", open the question, answer it: it waits, an answer is not yet documentation.
  - Press "next day": the signed note arrives, the question closes, and the working DRG says what moved it.
  - Peter Brandt: a question that was withdrawn when the laboratory corrected the creatinine.
  - The working DRG of each stay by day:  CDI_HOME={settings.home} opencdi drg

  Ctrl-C stops it.
""",
        flush=True,
    )
