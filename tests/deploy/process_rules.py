"""What a container of ours is given, against the code: command, settings, ports, health, how it ends."""

import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import typer.main
from apstream_cli.main import app
from chassis import runtime
from chassis.admin import AdminServer
from chassis.settings import PREFIX, ServiceSettings
from ingress.web.settings import WebSettings
from pydantic import ValidationError
from typer.core import TyperGroup

from tests.deploy.deployment import ROOT, Deployment

SETTINGS: dict[str, type[ServiceSettings]] = {
    "ingress.web": WebSettings,
    "ingress.documents": ServiceSettings,
    "voucher_poster": ServiceSettings,
    "masterdata.poll": ServiceSettings,
    "masterdata.importing": ServiceSettings,
    "payment_poller": ServiceSettings,
}
"""The services and what each reads from the environment."""
MEMBERS_OF = {"services": ("schemas", "libs", "services"), "simulators": ("simulators",)}
EVALUATION = PurePosixPath("/opt/apstream/evaluation")


def faults(deployment: Deployment) -> Iterator[str]:
    """What does not fit, in words."""
    modules = {deployment.module(name) for name in deployment.services}
    yield from (f"nothing runs {module}" for module in SETTINGS.keys() - modules)
    yield from _images(deployment)
    for name, service in deployment.services.items():
        if target := service.get("build", {}).get("target"):
            if target not in deployment.images.stages:
                yield f"{name}: the Dockerfile has no stage {target}"
                continue
            yield from (f"{name}: {fault}" for fault in _command(deployment, name, target))
            yield from (f"{name}: {fault}" for fault in _variables(deployment, name))
        if deployment.module(name) in SETTINGS:
            yield from (f"{name}: {fault}" for fault in _life(deployment, name))


def _images(deployment: Deployment) -> Iterator[str]:
    images = deployment.images
    for name in MEMBERS_OF.keys() & images.stages:
        user = images.last(name, "USER")
        if user is None or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user.text):
            yield f"{name}: the image runs as root"
        health = images.last(name, "HEALTHCHECK")
        if name == "services" and (health is None or _path_of(health.text) not in _admin_routes()):
            yield f"{name}: the image's health check asks for {health and _path_of(health.text)}"
    for stage in images.stages.values():
        for instruction in stage.instructions:
            if instruction.name == "COPY" and not instruction.text.startswith("--from="):
                yield from _copied(stage.name, instruction.words)


def _copied(stage: str, words: list[str]) -> Iterator[str]:
    yield from (
        f"{stage}: copies {word}, which is not there" for word in words[:-1] if not (ROOT / word).exists()
    )


def _command(deployment: Deployment, name: str, target: str) -> Iterator[str]:
    match deployment.command(name):
        case ["python", "-m", module, *words]:
            yield from _module(module, words, target)
        case ["python" | "sh", script, *_] if EVALUATION in PurePosixPath(script).parents:
            if not (ROOT / "deploy" / "simulators" / PurePosixPath(script).relative_to(EVALUATION)).is_file():
                yield f"runs {script}, which is not there"
        case ["apstream", "--help"]:
            pass
        case ["apstream", *words]:
            yield from _apstream(words)
        case other:
            yield f"runs {other}, which this check does not know"


def _module(module: str, words: list[str], target: str) -> Iterator[str]:
    top = module.split(".", maxsplit=1)[0]
    found = importlib.util.find_spec(top) and importlib.util.find_spec(f"{module}.__main__")
    if not found or not found.origin:
        yield f"runs {module}, which has no __main__"
        return
    if not any(found.origin.startswith(f"{ROOT / folder}/") for folder in MEMBERS_OF[target]):
        yield f"runs {module}, which is not in the image {target}"
    known = set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', Path(found.origin).read_text("utf-8")))
    yield from (
        f"{module} has no option {word}" for word in words if word.startswith("--") and word not in known
    )


def _apstream(words: list[str]) -> Iterator[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    inner = group.commands.get(words[0])
    if not isinstance(inner, TyperGroup) or len(words) < 2 or words[1] not in inner.commands:
        yield f"there is no command apstream {' '.join(words[:2])}"


def _variables(deployment: Deployment, name: str) -> Iterator[str]:
    settings = SETTINGS.get(deployment.module(name) or "", ServiceSettings)
    reads_settings = deployment.module(name) in SETTINGS or "apstream" in deployment.command(name)[:1]
    # the image's own are for every command; a container's own must be read by what it runs
    own = deployment.services[name].get("environment", {})
    given = {key: value for key, value in deployment.environment(name).items() if key.startswith(PREFIX)}
    for variable in sorted(key for key in own if key.startswith(PREFIX)):
        if variable.removeprefix(PREFIX).lower() not in settings.model_fields:
            yield f"{variable} is not a setting of what it runs"
    if "keys" in {key.removeprefix(PREFIX).lower() for key in given}:
        yield "keys stand in the environment"
    if not reads_settings:
        return
    fields = {key.removeprefix(PREFIX).lower(): value for key, value in given.items()}
    try:
        settings.model_validate({key: value for key, value in fields.items() if key in settings.model_fields})
    except ValidationError as error:
        yield from (f"{PREFIX}{str(found['loc'][0]).upper()}: {found['msg']}" for found in error.errors())
    if deployment.command(name)[:2] == ["apstream", "topics"]:
        return  # it opens no connection
    secrets = {f"/run/secrets/{secret}" for secret in deployment.services[name].get("secrets", [])}
    if fields.get("keys_file") not in secrets:
        yield f"{PREFIX}KEYS_FILE names {fields.get('keys_file')}, which is none of its secrets"


def _life(deployment: Deployment, name: str) -> Iterator[str]:
    service = deployment.services[name]
    if service.get("restart") not in {"always", "unless-stopped"}:
        yield "is not restarted when it ends itself"
    grace = inspect.signature(runtime.run).parameters["grace"].default
    if not _seconds(service.get("stop_grace_period", "10s")) > grace:
        yield f"is killed before the {grace:g} s it gives itself to stop"
    if "limits" not in service.get("deploy", {}).get("resources", {}):
        yield "has no limits"
    if deployment.environment(name).get(f"{PREFIX}ADMIN_HOST") != "0.0.0.0":  # noqa: S104 - inside a container
        yield "its admin port cannot be reached from outside the container"
    published = [str(port).rsplit(":", 1)[-1] for port in service.get("ports", [])]
    public = deployment.environment(name).get(f"{PREFIX}PUBLIC_PORT")
    expected = [public] if deployment.module(name) == "ingress.web" else []
    if published != expected:
        yield f"publishes {published}, expected {expected}"


def _admin_routes() -> set[str]:
    return set(re.findall(r'add_get\("(/\w+)"', inspect.getsource(AdminServer)))


def _path_of(text: str) -> str | None:
    found = re.search(r"'(/\w+)'", text)
    return found[1] if found else None


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+)(s|m)", text)
    assert match, text
    return int(match[1]) * (60 if match[2] == "m" else 1)
