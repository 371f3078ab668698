"""Is every port free that is about to be listened on?  Asked before anything is started, and answered with the setting to change."""

import socket
from collections.abc import Iterable
from errno import EADDRINUSE

from opencdi.settings import Settings

_NEEDED = {"door": ("CDI_MLLP_PORT", "CDI_API_PORT"), "pages": ("CDI_WORKBENCH_PORT",)}


def busy_port(settings: Settings, processes: Iterable[str]) -> str | None:
    """What to say of the first port that somebody else has; None where all are free.  Port 0 is whichever is free."""
    port_by_name = {"CDI_MLLP_PORT": settings.mllp_port, "CDI_API_PORT": settings.api_port, "CDI_WORKBENCH_PORT": settings.workbench_port}
    for name in (name for process in processes for name in _NEEDED.get(process, ())):
        try:
            socket.create_server((settings.host, port_by_name[name])).close()
        except OSError as error:
            if error.errno == EADDRINUSE:  # another reason is told by the process itself
                return f"port {port_by_name[name]} is in use: set {name} to another"
    return None
