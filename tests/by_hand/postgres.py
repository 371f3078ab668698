"""A PostgreSQL for the tests that need a real one."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def postgres_server() -> Iterator[str]:
    """A private PostgreSQL on a Unix socket, run by a user that is not root; or the server that `CDI_TEST_POSTGRES` names."""
    if given := os.environ.get("CDI_TEST_POSTGRES"):
        yield given
        return
    pg_ctl = shutil.which("pg_ctl") or str(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1])
    user = pwd.getpwnam("postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)
    folder = tempfile.mkdtemp(prefix="cdi-pg-", dir="/tmp")
    os.chown(folder, user.pw_uid, user.pw_gid)
    run: dict[str, Any] = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:
        run |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = f"{folder}/data"
    subprocess.run([str(Path(pg_ctl).with_name("initdb")), "-D", data, "-U", "cdi", "-A", "trust", "-N"], **run)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([pg_ctl, "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"], **run)
    try:
        yield f"postgresql+psycopg://cdi@/postgres?host={folder}"
    finally:
        subprocess.run([pg_ctl, "-D", data, "-w", "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder)
