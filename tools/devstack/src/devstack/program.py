"""The programs a stack consists of: how each is started and how one sees that it is ready."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack.ports import LOOPBACK

PARTITIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run under a name. `env` is added to the surroundings every program of the stack gets."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready_url: str | None = None
    metrics_url: str | None = None
    grace: float = 12.0
    """Seconds between the request to end and the kill."""


def local_url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def python_module(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def inherited_environment() -> dict[str, str]:
    """The caller's environment without settings of an apstream that runs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APSTREAM_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def service(*, name: str, module: str, admin_port: int, env: Mapping[str, str]) -> Program:
    """One of our services: settings from the environment, health and metrics on its admin port.

    `env` may name another instance than the process.
    """
    admin = local_url(admin_port)
    own = {
        "APSTREAM_INSTANCE": name,
        "APSTREAM_ADMIN_HOST": LOOPBACK,
        "APSTREAM_ADMIN_PORT": str(admin_port),
        "APSTREAM_LOG_FORMAT": "json",
        "APSTREAM_LOG_LEVEL": "info",
    }
    return Program(
        name=name,
        argv=python_module(module),
        env={**own, **env},
        ready_url=f"{admin}/readyz",
        metrics_url=f"{admin}/metrics",
    )


def basware_simulator(*, port: int, document_port: int, books: Path, seed: int) -> Program:
    return Program(
        name="basware",
        argv=python_module(
            "basware_simulator",
            *("--host", LOOPBACK, "--port", str(port), "--document-port", str(document_port)),
            *("--books", str(books), "--seed", str(seed)),
        ),
        ready_url=f"{local_url(port)}/control/violations",
        grace=5.0,
    )


def peoplesoft_simulator(*, port: int, books: Path, seed: int) -> Program:
    return Program(
        name="peoplesoft",
        argv=python_module(
            "peoplesoft_simulator",
            *("--host", LOOPBACK, "--port", str(port), "--books", str(books), "--seed", str(seed)),
        ),
        ready_url=f"{local_url(port)}/control/requests",
        grace=5.0,
    )
