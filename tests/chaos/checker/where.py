"""Where the evidence of a run is to be found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SCHEMAS = Path(__file__).parents[3] / "schemas" / "apstream_schemas"
OPERATIONS = "operations.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The addresses and folders of one stack.

    `metrics` maps names of processes to the addresses of their metrics. `secrets` are the texts that must appear
    nowhere. `connections` limits what is judged; empty means every one on ap.connections. Connections follow
    devstack's convention: the API client of tenant X is called X-client.
    """

    bootstrap: str
    basware_url: str
    peoplesoft_url: str
    logs: Path
    operations: Path
    metrics: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    connections: tuple[str, ...] = ()
    schemas: Path = SCHEMAS

    @classmethod
    def of_run(cls, run_dir: Path) -> Self:
        """What a stack wrote about itself into its run directory. Raises FileNotFoundError where there is none."""
        endpoints = json.loads((run_dir / "endpoints.json").read_text())
        return cls(
            bootstrap=endpoints["kafka"],
            basware_url=endpoints["basware"],
            peoplesoft_url=endpoints["peoplesoft"],
            logs=run_dir / "logs",
            operations=run_dir / OPERATIONS,
            metrics=endpoints["metrics"],
            secrets=tuple(_secrets(run_dir / "secrets")),
        )


def _secrets(directory: Path) -> list[str]:
    found: list[str] = []
    for file in sorted(directory.iterdir()):
        text = file.read_text()
        found += json.loads(text).values() if file.suffix == ".json" else [text]
    return found
