"""endpoints.json has the shape that tools outside this repository read."""

import json
import stat
from pathlib import Path

import yaml
from devstack.connection_spec import ConnectionSecrets, ConnectionSpec
from devstack.endpoints import ConnectionEndpoint, Endpoints
from devstack.secret_files import SecretFiles

ENDPOINTS = Endpoints(
    kafka="127.0.0.1:20001",
    ingress="http://127.0.0.1:20002",
    basware="http://127.0.0.1:20003",
    peoplesoft="http://127.0.0.1:20004",
    console=None,
    metrics={"voucher-poster": "http://127.0.0.1:20005/metrics"},
    connections={
        "acme": ConnectionEndpoint(
            webhook="http://127.0.0.1:20002/webhooks/acme", secret_file="/a run/secrets/acme-webhook"
        )
    },
)


def test_endpoints_are_written_as_agreed(tmp_path: Path) -> None:
    ENDPOINTS.write(tmp_path)
    assert json.loads((tmp_path / "endpoints.json").read_text()) == {
        "kafka": "127.0.0.1:20001",
        "ingress": "http://127.0.0.1:20002",
        "basware": "http://127.0.0.1:20003",
        "peoplesoft": "http://127.0.0.1:20004",
        "console": None,
        "metrics": {"voucher-poster": "http://127.0.0.1:20005/metrics"},
        "connections": {
            "acme": {
                "webhook": "http://127.0.0.1:20002/webhooks/acme",
                "secret_file": "/a run/secrets/acme-webhook",
            }
        },
    }
    assert Endpoints.read(tmp_path) == ENDPOINTS
    assert [file.name for file in tmp_path.iterdir()] == ["endpoints.json"]


def test_secrets_are_for_their_owner_only_and_differ(tmp_path: Path) -> None:
    files = SecretFiles(tmp_path / "secrets")
    files.make_keys()
    made = ConnectionSecrets.make("acme", files, tenant="acme")
    values = {file.read_text() for file in (made.basware_client, made.webhook, made.peoplesoft)}
    assert len(values) == 3
    for file in (*files.directory.iterdir(), files.directory):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_the_connection_document_refers_to_secrets_and_never_holds_them(tmp_path: Path) -> None:
    files = SecretFiles(tmp_path / "a run" / "secrets")
    secrets = ConnectionSecrets.make("acme", files, tenant="acme")
    spec = ConnectionSpec(id="acme", basware={"record_spacing_seconds": 2})
    file = tmp_path / "a run" / "connections" / "acme.yaml"
    spec.write(file, basware_url="http://127.0.0.1:1", peoplesoft_url="http://127.0.0.1:2", secrets=secrets)
    text = file.read_text()
    for secret in files.directory.iterdir():
        assert secret.read_text() not in text
    document = yaml.safe_load(text)
    assert document["basware"]["client_secret"] == {"file": str(secrets.basware_client)}
    assert document["basware"]["webhook_secrets"] == [{"file": str(secrets.webhook)}]
    assert document["basware"]["record_spacing_seconds"] == 2
    assert document["mapping"]["business_units"] == {"BW00": "US001"}
    assert document["peoplesoft"]["business_units"] == ["US001"]
