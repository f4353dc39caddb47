import pytest
from chassis.settings import ServiceSettings, load
from pydantic import Field


class OwnSettings(ServiceSettings):
    public_port: int = Field(description="port of the webhooks", ge=1)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "KAFKA_BOOTSTRAP",
        "PARTITIONS",
        "ADMIN_PORT",
        "PUBLIC_PORT",
        "LOG_FORMAT",
        "KEYS",
        "KEYS_FILE",
    ):
        monkeypatch.delenv(f"APSTREAM_{name}", raising=False)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("APSTREAM_PUBLIC_PORT", "8080")
    settings = load(OwnSettings)
    assert (settings.kafka_bootstrap, settings.public_port) == ("127.0.0.1:9092", 8080)
    assert settings.partitions == 12
    assert settings.instance


def test_every_error_is_said_at_once_with_the_variables_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "no port")
    monkeypatch.setenv("APSTREAM_PARTITIONS", "0")
    monkeypatch.setenv("APSTREAM_LOG_FORMAT", "xml")
    with pytest.raises(SystemExit) as ended:
        load(OwnSettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    for name in ("KAFKA_BOOTSTRAP", "PARTITIONS", "LOG_FORMAT", "PUBLIC_PORT"):
        assert f"APSTREAM_{name}: " in said
    assert "port of the webhooks" in said


def test_keys_in_the_environment_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("APSTREAM_PUBLIC_PORT", "8080")
    monkeypatch.setenv("APSTREAM_KEYS", "topsecret")
    assert "topsecret" not in repr(load(OwnSettings))
