"""Everything that says how apstream is deployed, read from the repository; a test may doctor its copy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.dockerfile import Dockerfile, parse

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
SIMULATORS = ROOT / "deploy" / "simulators"


@dataclass(slots=True, kw_only=True)
class Deployment:
    """The files, parsed. Mutable on purpose: what is doctored must be found."""

    compose: dict[str, Any]
    dockerfile: str
    prometheus: dict[str, Any]
    alerts: dict[str, Any]
    nginx: str

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The containers by name."""
        services: dict[str, dict[str, Any]] = self.compose["services"]
        return services

    @property
    def images(self) -> Dockerfile:
        return parse(self.dockerfile)

    def command(self, name: str) -> list[str]:
        """What a container of ours runs: its entry point and command."""
        service = self.services[name]
        return [*service.get("entrypoint", []), *map(str, service.get("command", []))]

    def environment(self, name: str) -> dict[str, str]:
        """The variables of a container, those of its image included."""
        service = self.services[name]
        own = {key: str(value) for key, value in service.get("environment", {}).items()}
        target = service.get("build", {}).get("target")
        return {**(self.images.environment(target) if target in self.images.stages else {}), **own}

    def option(self, name: str, option: str) -> str | None:
        """The value of a command line's option, None without it."""
        words = self.command(name)
        return words[words.index(option) + 1] if option in words[:-1] else None

    def module(self, name: str) -> str | None:
        """The module that a container runs with `python -m`."""
        words = self.command(name)
        return words[2] if words[:2] == ["python", "-m"] and len(words) > 2 else None


def read() -> Deployment:
    """The deployment as the repository has it."""
    return Deployment(
        compose=yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")),
        dockerfile=(ROOT / "Dockerfile").read_text("utf-8"),
        prometheus=yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8")),
        alerts=yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8")),
        nginx=(SIMULATORS / "nginx.conf").read_text("utf-8"),
    )
