"""Settings: read once, from `CDI_*`, and handed down.  Nobody else looks at the environment."""

import ipaddress
import os
import secrets
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SOFTWARE = version("opencdi")


class Settings(BaseSettings):
    """What an operator can set.  Safe by default: loopback only, no secrets in here."""

    model_config = SettingsConfigDict(env_prefix="CDI_", frozen=True, extra="ignore")

    home: Path = Field(default=Path("var"), description="folder for the embedded bus, keys and the workbench's database")
    bus: str = Field(default="", description="sqlite:///path or kafka://host:port; default: a file in CDI_HOME")
    partitions: int = Field(default=8, description="partitions of every topic, fixed at `topics apply`")
    replication: int | None = Field(default=None, description="replicas of the topics that `topics apply` makes; default: the brokers'")
    slot: str = Field(default="0", description="replica slot of this room's process (a StatefulSet ordinal)")
    database: str = Field(default="", description="SQLAlchemy URL of the workbench; default: a SQLite file in CDI_HOME")
    site: Path | None = Field(default=None, description="site data (YAML); default: rules/sites/default.yaml")
    codes: Path | None = Field(
        default=None, description="folder of the loaded Alphabetic Index and DRG weights; default: codes in CDI_HOME"
    )
    tenant: str = Field(default="demo", description="tenant of the listeners of this gateway")
    host: str = Field(default="127.0.0.1", description="address that the gateway and the workbench listen on")
    mllp_port: int = Field(default=2575, description="MLLP port")
    connections: int = Field(default=400, description="connections at a time, of MLLP and of HTTP each; more are closed")
    connections_per_host: int = Field(default=200, description="of those, from one address (a load balancer is one)")
    api_port: int = Field(default=8081, description="HTTP port of the gateway")
    workbench_port: int = Field(default=8080, description="HTTP port of the workbench")
    gateway_url: str = Field(default="", description="where the workbench hands decisions to; default: http://CDI_HOST:CDI_API_PORT")
    gateway_token: Path | None = Field(default=None, description="file with the workbench's bearer token, where the gateway needs one")
    workbench_exposed: bool = Field(
        default=False, description="let the workbench, which has no accounts yet, listen beyond loopback (for a container published on it)"
    )
    metrics_port: int = Field(
        default=9464,
        description="Prometheus port of a room's process; the door's is one more, intake's beside the other rooms two; 0: none",
    )
    tokens: Path | None = Field(default=None, description="file of bearer tokens (0600): needed for any address but loopback")
    tls_certificate: Path | None = Field(default=None, description="PEM certificate of the MLLP listener")
    tls_key: Path | None = Field(default=None, description="PEM key of the MLLP listener")
    tls_client_ca: Path | None = Field(default=None, description="PEM of the authority whose client certificates are accepted")
    mllp_plain: bool = Field(
        default=False, description="allow MLLP without TLS on an address that is not loopback (a private network only)"
    )
    processing_id: Literal["P", "T", "D", ""] = Field(
        default="", description="the MSH-11 that the listeners take: P production, T test, D debugging; empty: any"
    )
    drop_folder: Path | None = Field(
        default=None,
        description="folder whose files (HL7 v2, FHIR JSON, NDJSON; renamed into it when whole) are taken, then put in done/ or refused/",
    )
    demo_clock_at: datetime | None = Field(default=None, description="demo: the gate's clock starts here; POST /demo/clock moves it")
    demo_control: str = Field(default="", description='demo: where the workbench\'s "next day" button calls; empty: no button')
    tick_seconds: float = Field(default=60.0, description="seconds between ticks")
    log_level: str = Field(default="INFO", description="log level; no level logs patient data")

    @property
    def bus_url(self) -> str:
        """The bus, with its default."""
        return self.bus or f"sqlite:///{self.home / 'bus.db'}"

    @property
    def site_file(self) -> Path:
        """The site data, with their default."""
        return self.site or rules_dir() / "sites" / "default.yaml"

    @property
    def codes_folder(self) -> Path:
        """Where `opencdi codes load` keeps the index, and `opencdi weights load` Table 5, with its default."""
        return self.codes or self.home / "codes"

    @property
    def database_url(self) -> str:
        """The workbench's database, with its default."""
        return self.database or f"sqlite:///{self.home / 'workbench.db'}"

    def tenant_key(self, tenant: str) -> bytes:
        """The tenant's key for ids (HMAC): a 0600 file beside the settings, made at first use, never on the bus (DESIGN §1)."""
        path = self.home / "keys" / f"{tenant}.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            mine = path.with_name(f".{path.name}.{os.getpid()}")
            with os.fdopen(os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            with suppress(FileExistsError):
                os.link(mine, path)  # whole or not at all; a process beside us may have been first
            mine.unlink()
        return path.read_bytes()


def environment(**changes: str) -> dict[str, str]:
    """The environment of a child process: ours, with these changes."""
    return {**os.environ, **changes}


def loopback(host: str) -> bool:
    """Whether that address is this machine's own: nobody else reaches it, and nobody else calls from it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1)
def data_root() -> Path:
    """Where `rules/`, `schemas/` and the demo lie: beside the package in a wheel, at the root in a checkout."""
    package = Path(__file__).parent
    return package if (package / "rules").is_dir() else package.parent.parent


def rules_dir() -> Path:
    """The rules as shipped."""
    return data_root() / "rules"
