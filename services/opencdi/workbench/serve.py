"""The workbench's process: loopback only, one port, ends when its projection ends."""

import ipaddress
import socket
import threading

import uvicorn

from opencdi.settings import Settings
from opencdi.workbench.app import Follower, create_app


class CannotServe(Exception):
    """The workbench cannot listen there; the text names the setting to change."""


def serve(settings: Settings) -> None:
    """Serve until told to stop.  Raises `CannotServe`; raises what ended the projection, if that is what ended it."""
    listener = _listener(settings)
    app = create_app(settings)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False)
    server = uvicorn.Server(config)
    follower: Follower = app.state.follower
    threading.Thread(target=_end_with, args=(follower, server), daemon=True).start()
    server.run(sockets=[listener])
    if follower.failed is not None:
        raise follower.failed


def _end_with(follower: Follower, server: uvicorn.Server) -> None:
    # Pages that no longer follow the line would go on showing yesterday: end, and let the supervisor start anew.
    while not server.should_exit:
        if follower.thread is not None:
            follower.thread.join(0.5)
            server.should_exit = server.should_exit or not follower.alive
        else:
            follower.stop.wait(0.1)


def _listener(settings: Settings) -> socket.socket:
    if not _loopback(settings.host):
        raise CannotServe("the workbench has no accounts yet and listens on this machine only: set CDI_HOST to 127.0.0.1")
    try:
        return socket.create_server((settings.host, settings.workbench_port))
    except OSError:
        raise CannotServe(f"port {settings.workbench_port} is in use: set CDI_WORKBENCH_PORT to another") from None


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
