"""A connection from the operator's file to the running service, through the command line and a real broker."""

import asyncio
import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from chassis.connections import ConnectionDirectory, KeyRing
from devstack.kafka import KafkaNode

DOCUMENT = {
    "connection": "acme",
    "stage": "test",
    "basware": {
        "base_url": "http://127.0.0.1:9001",
        "client_id": "acme-client",
        "client_secret": {"file": "secrets/client secret"},
        "stage": "test",
        "company_codes": ["BW00"],
        "webhook_secrets": [{"env": "ACME_WEBHOOK"}],
    },
    "peoplesoft": {
        "base_url": "http://127.0.0.1:9002",
        "node": "PSFT_EP",
        "stage": "test",
        "operator": "APSTREAM",
        "password": {"value": "secret-password"},
        "component_interface": {"name": "AP_VOUCHER", "wsdl": "CI_AP_VOUCHER.1.wsdl"},
        "business_units": ["US001"],
    },
    "mapping": {"business_units": {"BW00": "US001"}, "setid": "SHARE"},
}


class Operator:
    """Runs ``apstream`` in a folder of its own."""

    def __init__(self, *, folder: Path, bootstrap: str) -> None:
        self.folder = folder
        self.keys = folder / "keys.yaml"
        self.keys.write_text(f"k1: {base64.b64encode(os.urandom(32)).decode()}\n")
        (folder / "secrets").mkdir()
        (folder / "secrets" / "client secret").write_text("secret-client\n")
        self._env = {
            **os.environ,
            "APSTREAM_KAFKA_BOOTSTRAP": bootstrap,
            "APSTREAM_KEYS_FILE": str(self.keys),
            "ACME_WEBHOOK": "secret-webhook",
            "COLUMNS": "200",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "-m", "apstream_cli", *arguments],
            cwd=self.folder,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def apply(self, **changes: object) -> subprocess.CompletedProcess[str]:
        (self.folder / "connection.yaml").write_text(yaml.safe_dump({**DOCUMENT, **changes}))
        return self.run("connection", "apply", "connection.yaml")


@pytest.fixture
def operator(topics: KafkaNode, tmp_path: Path) -> Operator:
    return Operator(folder=tmp_path, bootstrap=topics.bootstrap)


async def test_an_applied_connection_reaches_running_services_and_a_conflict_is_refused(
    topics: KafkaNode, operator: Operator
) -> None:
    applied = operator.apply()
    assert applied.returncode == 0, applied.stderr
    assert "version 1" in applied.stdout

    directory = ConnectionDirectory(bootstrap=topics.bootstrap, keys=KeyRing.from_file(operator.keys))
    blind = ConnectionDirectory(bootstrap=topics.bootstrap, keys=KeyRing({"other": b"0" * 32}))
    async with asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(service.run()) for service in (directory, blind)]
        await asyncio.wait_for(asyncio.gather(directory.loaded(), blind.loaded()), 20)
        connection = directory.get("acme")
        assert connection is not None
        assert connection.basware.client_secret.reveal() == "secret-client"
        assert blind.get("acme") is None
        assert "k1" in str(blind.problem())

        second = asyncio.Event()
        directory.on_change(lambda changed: second.set() if changed.version == 2 else None)
        assert "version 2" in (await asyncio.to_thread(operator.apply)).stdout
        await asyncio.wait_for(second.wait(), 20)
        for task in following:
            task.cancel()

    refused = operator.apply(connection="other")
    assert refused.returncode == 1
    assert "BW00 is served by the connection acme" in refused.stderr
    shown = operator.run("connection", "list").stdout
    assert "acme" in shown
    assert "other" not in shown
    assert "secret-" not in applied.stdout + applied.stderr + refused.stderr + shown
