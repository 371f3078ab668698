"""`opencdi send`: files to a front door, over the wire, waiting for every answer: what an interface team tries first."""

import json
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Protocol
from urllib.parse import urlsplit

import typer

from opencdi.cli.at_bus import stop
from opencdi.cli.progress import watched

if TYPE_CHECKING:
    from opencdi.cli.recordings import Recorded


_TRIES = 20
_PAUSE_S = 5.0


def send(
    files: Annotated[list[Path], typer.Argument(help="HL7 v2 (one or many messages), FHIR JSON, NDJSON, folders of them, .gz")],
    to: Annotated[str, typer.Option(help="mllp://host:port, mllps://host:port (TLS), http://host:port or https://host:port")],
    backload: Annotated[bool, typer.Option("--backload", help="history: baselines only, behind live messages (http only)")] = False,
    token: Annotated[Path | None, typer.Option(help="file with the bearer token (http)")] = None,
    certificate: Annotated[Path | None, typer.Option(help="client certificate and key, PEM (mllps)")] = None,
    ca: Annotated[Path | None, typer.Option(help="authority of the server's certificate, PEM (mllps, https)")] = None,
) -> None:
    """Send each message and wait for its acknowledgement; count AA, AE and AR at the end.  Exits 1 if any was not accepted.

    Example: opencdi send admissions.hl7 --to mllp://localhost:2575
    """
    scheme, host, port = _address(to)
    if backload and not scheme.startswith("http"):
        stop("--backload goes over http: MLLP has no place to say that a message is history")
    for file in (token, certificate, ca):
        if file is not None and not file.is_file():
            stop(f"{file}: no such file")
    messages = list(_messages(files))
    opened = _http(to, token, ca, backload) if scheme.startswith("http") else _mllp(host, port, certificate, ca, scheme)
    counts: Counter[str] = Counter()
    try:
        with opened as post:
            for message in watched(messages, "messages"):
                counts[_code(message, post)] += 1
    except (OSError, ConnectionError) as error:
        print(f"{to}: {error.strerror or str(error) or 'hung up without an answer'}", file=sys.stderr)
        counts["unanswered"] += 1
    print(
        json.dumps(
            {
                code: counts[code]
                for code in ("AA", "AE", "AR", "no-answer-asked", "unanswered", "not-sent")
                if counts[code] or code[0] == "A"
            }
        )
    )
    if counts.total() != counts["AA"] + counts["no-answer-asked"]:
        raise typer.Exit(1)


def _address(to: str) -> tuple[str, str, int]:
    try:
        where = urlsplit(to)
        scheme, host, port = where.scheme, where.hostname, where.port
    except ValueError:  # a port that is none
        scheme, host, port = "", None, None
    if scheme not in ("mllp", "mllps", "http", "https") or not host or not port:
        stop("--to is mllp://host:port, mllps://host:port, http://host:port or https://host:port")
    return scheme, host, port


class Post(Protocol):
    """Sends one message; the acknowledgement code and the reason given, None if this door does not take such a message."""

    def __call__(self, message: "Recorded") -> tuple[str, str] | None:
        """Waits for the answer."""


def _code(message: "Recorded", post: Post) -> str:
    answer = post(message)
    if answer is None:
        print(f"{message.where}: FHIR goes over http", file=sys.stderr)
        return "not-sent"
    code, why = answer
    if code not in ("AA", "no-answer-asked"):
        print(f"{message.where}: {code} {why}".rstrip(), file=sys.stderr)
    return code


def _messages(files: Iterable[Path]) -> Iterator["Recorded"]:
    """HL7 message by message; FHIR as the bytes it is, a Bundle whole."""
    from opencdi.cli.inputs import UNREADABLE, files_in, name_of, reason
    from opencdi.cli.recordings import recorded_in

    for file in files_in(files):
        try:
            yield from recorded_in(file)
        except UNREADABLE as error:
            stop(f"{name_of(file)}: {reason(error)}")


@contextmanager
def _mllp(host: str, port: int, certificate: Path | None, ca: Path | None, scheme: str) -> Iterator[Post]:
    from opencdi.gateway.acks import conditions_of, sender_of
    from opencdi.gateway.frames import Frame, Frames, framed

    plain = socket.create_connection((host, port), timeout=60)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with _tls(plain, host, certificate, ca) if scheme == "mllps" else plain as connection:
        answers = Frames(1 << 20)
        waiting: list[bytes] = []

        def post(message: "Recorded") -> tuple[str, str] | None:
            if message.kind != "hl7v2":
                return None
            connection.sendall(framed(message.body))
            sender = sender_of(message.body)
            mine = sender.field(10)
            if (conditions := conditions_of(sender)) != (b"", b"") and b"AL" not in conditions:
                return "no-answer-asked", ""
            while True:
                while waiting:
                    # In enhanced mode a message may have two answers: the second one is read before the next message's first.
                    code, control_id, why = _told(waiting.pop(0))
                    if control_id == mine:
                        return code, why
                if not (piece := connection.recv(65536)):
                    raise ConnectionError
                waiting.extend(frame.body for frame in answers.feed(piece) if isinstance(frame, Frame))

        yield post


def _tls(plain: socket.socket, host: str, certificate: Path | None, ca: Path | None) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    if certificate:
        context.load_cert_chain(certificate)
    return context.wrap_socket(plain, server_hostname=host)


@contextmanager
def _http(to: str, token: Path | None, ca: Path | None, backload: bool) -> Iterator[Post]:
    import httpx

    from opencdi.gateway.outcome import refused_in

    headers = {"Authorization": f"Bearer {token.read_text().strip()}"} if token else {}
    if backload:
        headers["X-CDI-Backload"] = "1"
    verify = ssl.create_default_context(cafile=str(ca)) if ca else True
    with httpx.Client(base_url=to, headers=headers, timeout=60, trust_env=False, verify=verify) as client:

        def post(message: "Recorded") -> tuple[str, str] | None:
            for _ in range(_TRIES if backload else 1):
                try:
                    answer = client.post("/hl7" if message.kind == "hl7v2" else "/fhir", content=message.body)
                except httpx.TransportError as error:
                    raise ConnectionError(str(error).partition("] ")[2] or "no answer") from None
                if answer.status_code != 503:
                    break
                if backload:
                    sleep(_PAUSE_S)  # it waits for the rooms, behind live messages
            if answer.status_code in (401, 403):
                stop(f"{to}: {answer.status_code}, a token is needed (--token)")
            if answer.status_code in (404, 405):
                stop(f"{to}: {answer.status_code}, no gateway there; its port is CDI_API_PORT, the workbench's is another")
            in_fhir = answer.headers.get("content-type", "").startswith("application/fhir+json")
            if answer.is_success and in_fhir and (refusal := refused_in(answer.content)):
                return "AR", _issue(refusal)  # of one entry of a batch: the others are taken
            code = "AA" if answer.is_success else "AE" if answer.status_code >= 500 else "AR"
            return code, _told(answer.content)[2] if message.kind == "hl7v2" else _issue(answer.content)

        yield post


def _told(ack: bytes) -> tuple[str, bytes, str]:
    """AA, AE or AR (of a commit acknowledgement its counterpart), MSA-2, and the reason: ERR-8 with ERR-2, else MSA-3."""
    msa, err = (_fields(ack, name) for name in (b"MSA", b"ERR"))
    code, control_id, said = msa[1], msa[2], msa[3]
    place = b"-".join(part for part in err[2].split(b"^")[::2] if part)
    why = b" ".join(part for part in (err[8] or said, place) if part)
    return "A" + (code[1:].decode("ascii", "replace") or "E"), control_id, why.decode("utf-8", "replace")


def _fields(ack: bytes, segment: bytes) -> list[bytes]:
    line = ack.partition(b"\r" + segment)[2].partition(b"\r")[0]
    return [segment, *line.split(line[:1] or b"|")[1:], *[b""] * 9]


def _issue(outcome: bytes) -> str:
    """The first issue of an OperationOutcome: reason code and place."""
    try:
        issue = json.loads(outcome)["issue"][0]
        return " ".join([issue["details"]["text"], *issue.get("expression", ())])
    except (ValueError, LookupError, TypeError):
        return ""
