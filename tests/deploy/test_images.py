"""The images' environments, built by the Dockerfile's own steps: complete, without tools, and every command starts."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from devstack.ports import free_ports

from tests.deploy import deployment
from tests.deploy.deployment import ROOT, Deployment
from tests.deploy.image_build import StepFailed, build

LOCKS = ROOT / "deploy" / "locks"
TOOLS = ("pytest", "mypy", "ruff", "hypothesis", "import-linter", "jsonschema", "psutil", "pip", "setuptools")
STARTED_WITHIN = ENDED_WITHIN = 90.0
"""Seconds; bounds of what should come at once, on a busy machine too."""

pytestmark = [
    pytest.mark.xdist_group("images"),  # each worker would build its own
    pytest.mark.timeout(600),
]


def stanzas(lock: Path) -> dict[str, str]:
    """The pinned packages of a lock, each with its version, marker and hashes."""
    pinned = re.findall(r"^([\w.-]+)(==.*(?:\n    .*)*)", lock.read_text("utf-8"), flags=re.MULTILINE)
    return dict(pinned)


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.lock")), ids=lambda lock: lock.stem)
def test_a_lock_of_an_image_is_a_part_of_the_lock(lock: Path) -> None:
    everything, part = stanzas(ROOT / "requirements.lock"), stanzas(lock)
    assert part
    assert [name for name, pinned in part.items() if everything.get(name) != pinned] == [], "run `make lock`"


@pytest.fixture(scope="module")
def as_it_is() -> Deployment:
    return deployment.read()


@pytest.fixture(scope="module")
def services(as_it_is: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(as_it_is, stage="services", root=tmp_path_factory.mktemp("services"))


@pytest.fixture(scope="module")
def simulators(as_it_is: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(as_it_is, stage="simulators", root=tmp_path_factory.mktemp("simulators"))


@pytest.fixture
def silent_port() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_an_image_without_a_package_it_needs_is_not_built(as_it_is: Deployment, tmp_path: Path) -> None:
    doctored = Deployment(
        compose=as_it_is.compose,
        dockerfile=as_it_is.dockerfile.replace("services.lock", "simulators.lock"),
        prometheus=as_it_is.prometheus,
        alerts=as_it_is.alerts,
        nginx=as_it_is.nginx,
    )
    with pytest.raises(StepFailed, match="uv pip check"):
        build(doctored, stage="services", root=tmp_path / "image")


def test_only_what_runs_is_installed(services: Path, simulators: Path) -> None:
    for environment, own in ((services, "chassis"), (simulators, "basware_simulator")):
        packages = next(environment.glob("lib/python3*/site-packages"))
        names = {each.name.partition("-")[0].lower() for each in packages.glob("*.dist-info")}
        assert own in names
        assert [tool for tool in TOOLS if tool.replace("-", "_") in names] == []
    assert not any(services.glob("lib/python3*/site-packages/*_simulator"))


@pytest.mark.parametrize("name", ["ingress-web", "ingress-documents", "voucher-poster"])
def test_a_service_starts_answers_its_health_check_and_hears_the_stop_signal(
    as_it_is: Deployment, services: Path, silent_port: socket.socket, tmp_path: Path, name: str
) -> None:
    """Kafka takes connections and says nothing: the service is alive, not ready, and ends when it is asked to."""
    environment = {**as_it_is.environment(name), **on_this_machine(silent_port, tmp_path)}
    health = as_it_is.images.last("services", "HEALTHCHECK")
    assert health
    check = json.loads(health.text[health.text.index("[") :])
    with running(services, as_it_is.command(name), environment=environment, directory=tmp_path) as process:
        wait_until_healthy(services, check, process=process, environment=environment)
        ready = [word.replace("/livez", "/readyz") for word in check]
        assert run(services, ready, environment=environment).returncode != 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=ENDED_WITHIN) == 0, (tmp_path / "log").read_text()


@pytest.mark.parametrize("name", ["masterdata-poll", "masterdata-import", "payment-poller"])
def test_a_stream_service_asks_for_its_topics_first_and_hears_the_stop_signal_meanwhile(
    as_it_is: Deployment, services: Path, silent_port: socket.socket, tmp_path: Path, name: str
) -> None:
    environment = {**as_it_is.environment(name), **on_this_machine(silent_port, tmp_path)}
    silent_port.settimeout(STARTED_WITHIN)
    with running(services, as_it_is.command(name), environment=environment, directory=tmp_path) as process:
        asking, _ = silent_port.accept()
        with asking:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=ENDED_WITHIN) == 0, (tmp_path / "log").read_text()


@pytest.mark.parametrize("name", ["basware-simulator", "peoplesoft-simulator"])
def test_a_simulator_starts_and_answers_its_health_check(
    as_it_is: Deployment, simulators: Path, tmp_path: Path, name: str
) -> None:
    moved = {"/books": str(tmp_path / "books"), "0.0.0.0": "127.0.0.1"}  # noqa: S104 - inside a container
    ports = [as_it_is.option(name, option) for option in ("--port", "--document-port")]
    moved |= {port: str(free) for port, free in zip(filter(None, ports), free_ports(2), strict=False)}
    command = [moved.get(word, word) for word in as_it_is.command(name)]
    _, *check = as_it_is.services[name]["healthcheck"]["test"]
    check = [re.sub(r":(\d{4})/", lambda port: f":{moved[port[1]]}/", word) for word in check]
    with running(simulators, command, environment={}, directory=tmp_path) as process:
        wait_until_healthy(simulators, check, process=process, environment={})
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=ENDED_WITHIN) == 0


def test_the_jobs_say_what_they_lack(as_it_is: Deployment, services: Path, tmp_path: Path) -> None:
    (nobody,) = free_ports(1)
    environment = {**as_it_is.environment("topics"), "APSTREAM_KAFKA_BOOTSTRAP": f"127.0.0.1:{nobody}"}
    with running(
        services, as_it_is.command("topics"), environment=environment, directory=tmp_path
    ) as process:
        assert process.wait(timeout=ENDED_WITHIN) == 1
    assert f"no Kafka at 127.0.0.1:{nobody}" in (tmp_path / "log").read_text()


def test_the_evaluation_can_be_prepared_and_introduced_and_its_connection_works(
    services: Path, simulators: Path, silent_port: socket.socket, tmp_path: Path
) -> None:
    """Without the proxy: the same document, with the simulators' own addresses."""
    secrets, trust = tmp_path / "secrets", tmp_path / "trust"
    for directory in (secrets, trust):
        directory.mkdir()
    prepare = ["sh", str(deployment.SIMULATORS / "secrets.sh"), str(secrets), str(trust)]
    for _ in range(2):  # the second changes nothing
        subprocess.run(prepare, check=True, capture_output=True, timeout=ENDED_WITHIN)  # noqa: S603
    client = (secrets / "acme-basware").read_text()
    assert yaml.safe_load((secrets / "acme.yaml").read_text())["connection"] == "acme"
    basware, documents, peoplesoft = free_ports(3)
    one = ["python", "-m", "basware_simulator", "--port", str(basware), "--document-port", str(documents)]
    other = ["python", "-m", "peoplesoft_simulator", "--port", str(peoplesoft)]
    introduce = [
        *("python", str(deployment.SIMULATORS / "introduce.py"), "--secrets", str(secrets)),
        *("--basware", f"http://127.0.0.1:{basware}", "--peoplesoft", f"http://127.0.0.1:{peoplesoft}"),
        *("--webhook", "http://127.0.0.1:9/webhooks/acme"),
    ]
    with (
        running(simulators, [*one, "--books", str(tmp_path / "b")], environment={}, directory=tmp_path),
        running(simulators, [*other, "--books", str(tmp_path / "p")], environment={}, directory=tmp_path),
    ):
        deadline = time.monotonic() + STARTED_WITHIN
        while (done := run(simulators, introduce, environment={})).returncode != 0:
            assert time.monotonic() < deadline, done.stderr
        document = (secrets / "acme.yaml").read_text().replace("/evaluation/", f"{secrets}/")
        document = document.replace("https://basware.test", f"http://127.0.0.1:{basware}")
        document = document.replace("https://peoplesoft.test", f"http://127.0.0.1:{peoplesoft}")
        (tmp_path / "acme.yaml").write_text(document)
        test = ["apstream", "connection", "test", "--file", str(tmp_path / "acme.yaml")]
        tested = run(services, test, environment=on_this_machine(silent_port, tmp_path))
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "APS_SUPPLIERS" in tested.stdout, "master data is part of the evaluation"
    assert client not in done.stdout + done.stderr + tested.stdout + tested.stderr
    assert (trust / "ca.pem").is_file()
    assert not (secrets / "authority.key").exists()


def on_this_machine(kafka: socket.socket, directory: Path) -> dict[str, str]:
    """What a container's settings become here: ports of this machine, keys in the test's own directory."""
    keys = directory / "keys.json"
    keys.write_text(json.dumps({"test": base64.b64encode(bytes(32)).decode()}))
    admin, public = (str(port) for port in free_ports(2))
    return {
        "APSTREAM_KAFKA_BOOTSTRAP": f"127.0.0.1:{kafka.getsockname()[1]}",
        "APSTREAM_KEYS_FILE": str(keys),
        "APSTREAM_ADMIN_HOST": "127.0.0.1",
        "APSTREAM_ADMIN_PORT": admin,
        "APSTREAM_PUBLIC_HOST": "127.0.0.1",
        "APSTREAM_PUBLIC_PORT": public,
    }


@contextmanager
def running(
    environment_of: Path, command: list[str], *, environment: dict[str, str], directory: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A command of an image, with nothing of this environment within its reach; killed at the end."""
    with (directory / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [str(environment_of / "bin" / command[0]), *command[1:]],
            cwd=directory,
            env=surroundings(environment_of, environment),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=ENDED_WITHIN)


def run(
    environment_of: Path, command: list[str], *, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [str(environment_of / "bin" / command[0]), *command[1:]],
        env=surroundings(environment_of, environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=ENDED_WITHIN,
    )


def surroundings(environment_of: Path, environment: dict[str, str]) -> dict[str, str]:
    path = f"{environment_of / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return {**environment, "PATH": path, "PYTHONUNBUFFERED": "1"}


def wait_until_healthy(
    environment_of: Path, check: list[str], *, process: subprocess.Popen[bytes], environment: dict[str, str]
) -> None:
    """Run the health check until it passes, as Docker does, only more often."""
    deadline = time.monotonic() + STARTED_WITHIN
    while (asked := run(environment_of, check, environment=environment)).returncode != 0:
        assert process.poll() is None, f"ended with {process.returncode}"
        assert time.monotonic() < deadline, asked.stderr
