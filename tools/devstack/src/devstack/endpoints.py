"""The addresses of a running stack, as `.run/endpoints.json` tells them to tools, tests and people."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "endpoints.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEndpoint:
    """Where a connection's webhooks go and the file that holds the secret they are signed with."""

    webhook: str
    secret_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Kafka as host:port, everything else as URL; `metrics` by service, `connections` by connection id."""

    kafka: str
    ingress: str
    basware: str
    peoplesoft: str
    console: str | None
    metrics: Mapping[str, str]
    connections: Mapping[str, ConnectionEndpoint]

    def write(self, run_dir: Path) -> None:
        """Readers see the old file or the whole new one."""
        draft = run_dir / f"{FILE}.draft"
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        draft.replace(run_dir / FILE)

    @classmethod
    def read(cls, run_dir: Path) -> "Endpoints":
        content = json.loads((run_dir / FILE).read_text())
        connections = {
            connection: ConnectionEndpoint(**endpoint)
            for connection, endpoint in content.pop("connections").items()
        }
        return cls(connections=connections, **content)
