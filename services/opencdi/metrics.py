"""Prometheus metrics, each named once: `cdi_<room>_<noun>_<unit>`.  Labels are words of ours, never anything from a message."""

import logging
from errno import EADDRINUSE
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

log = logging.getLogger(__name__)

MetricName = Literal[
    "cdi_gateway_stored_records",
    "cdi_gateway_answers_messages",
    "cdi_gateway_refused_messages",
    "cdi_gateway_commit_seconds",
    "cdi_gateway_open_connections",
    "cdi_gateway_dropped_connections",
    "cdi_gateway_garbage_bytes",
    "cdi_gateway_taken_files",
    "cdi_room_stepped_records",
    "cdi_room_turn_seconds",
]
_COMMIT_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5, 30)


class GatewayMetrics:
    """What the front door counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register under a registry of one's own, so that two doors in one test do not meet."""
        self.stored = _counter("cdi_gateway_stored_records", "records durably stored", registry)
        self.answers = _counter("cdi_gateway_answers_messages", "HL7 messages answered, by acknowledgement code", registry, "code")
        self.refused = _counter("cdi_gateway_refused_messages", "messages refused, by reason code", registry, "reason")
        self.commit_seconds = _histogram("cdi_gateway_commit_seconds", "time of one group commit", registry)
        self.connections = _gauge("cdi_gateway_open_connections", "MLLP connections now", registry)
        self.dropped = _counter("cdi_gateway_dropped_connections", "MLLP and HTTP connections closed by us, by cause", registry, "cause")
        self.garbage = _counter("cdi_gateway_garbage_bytes", "bytes between MLLP frames, or of frames cut off", registry)
        self.files = _counter("cdi_gateway_taken_files", "files of the drop folder, by what became of them", registry, "outcome")


class RoomMetrics:
    """What the rooms of one process count."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register under a registry of one's own."""
        self.stepped = _counter("cdi_room_stepped_records", "records stepped and committed", registry, "room")
        self.turn_seconds = _histogram("cdi_room_turn_seconds", "time of one turn that had something to do", registry, "room")


def _counter(name: MetricName, about: str, registry: CollectorRegistry, *labels: str) -> Counter:
    return Counter(name, about, labels, registry=registry)


def _gauge(name: MetricName, about: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(name, about, registry=registry)


def _histogram(name: MetricName, about: str, registry: CollectorRegistry, *labels: str) -> Histogram:
    return Histogram(name, about, labels, registry=registry, buckets=_COMMIT_BUCKETS)


def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> None:
    """Serve them over HTTP; 0 means not at all.  A busy port costs the metrics, never the line."""
    if not port:
        return
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        log.warning("metrics port %d is in use: no metrics from this process (CDI_METRICS_PORT)", port)
