"""Settings every service shares, read from environment variables with the prefix ``APSTREAM_``."""

import os
import socket
import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["ServiceSettings", "load"]

PREFIX = "APSTREAM_"

S = TypeVar("S", bound=BaseSettings)


def _this_process() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class ServiceSettings(BaseSettings):
    """What a service needs to start; services inherit and add their own."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    kafka_bootstrap: str = Field(
        description="host:port of a Kafka broker", pattern=r"^[^:\s]+:\d+(,[^:\s]+:\d+)*$"
    )
    partitions: int = Field(default=12, ge=1, le=1024, description="partitions of the topics of work")
    admin_host: str = Field(default="127.0.0.1", description="address of /metrics, /livez and /readyz")
    admin_port: int = Field(default=0, ge=0, le=65535, description="port of the same; 0 takes a free one")
    log_format: Literal["json", "console"] = Field(default="json", description="json or console")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    keys_file: Path | None = Field(
        default=None,
        description="YAML or JSON file {key id: base64 of 32 bytes}, the first key is the active one",
    )
    keys: SecretStr | None = Field(
        default=None, description="the same as text, for platforms that hand secrets over in the environment"
    )
    poll_seconds: float = Field(
        default=4 * 3600.0, ge=60, description="services that poll: seconds in which one poll must end"
    )
    instance: str = Field(default_factory=_this_process, description="a name for this process")


def load(settings: type[S]) -> S:
    """The settings, or every error at once on stderr with the variable's name, and exit status 2."""
    try:
        return settings()
    except ValidationError as error:
        print(_explain(settings, error), file=sys.stderr)
        raise SystemExit(2) from None


def _explain(settings: type[BaseSettings], error: ValidationError) -> str:
    lines = ["These settings are missing or wrong:"]
    for found in error.errors(include_input=False, include_url=False):
        name = str(found["loc"][0]) if found["loc"] else ""
        expected = settings.model_fields[name].description if name in settings.model_fields else None
        lines.append(
            f"  {PREFIX}{name.upper()}: {found['msg']}" + (f" (expected: {expected})" if expected else "")
        )
    return "\n".join(lines)
