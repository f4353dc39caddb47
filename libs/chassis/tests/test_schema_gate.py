import json
import subprocess
from pathlib import Path
from typing import Any

import apstream_schemas
import pytest
from chassis import schema_gate
from chassis.schema_gate import faults

RELEASED = apstream_schemas.current()
RECORD = "AccountingDocument"


def changed(**changes: Any) -> dict[str, str]:
    """The released schemas with fields of one record replaced, added (new name) or removed (None)."""
    schema = json.loads(RELEASED[RECORD])
    fields = {field["name"]: field for field in schema["fields"]}
    for name, change in changes.items():
        if change is None:
            del fields[name]
        else:
            fields[name] = {"name": name, **change}
    return {**RELEASED, RECORD: json.dumps({**schema, "fields": list(fields.values())})}


def decimal(scale: int, precision: int = 38) -> dict[str, Any]:
    money = {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}
    return {"type": ["null", money], "default": None}


def test_unchanged_schemas_pass() -> None:
    assert list(faults(released=RELEASED, current=RELEASED)) == []


def test_an_optional_field_may_be_added_when_the_old_schema_is_kept() -> None:
    grown = changed(note={"type": ["null", "string"], "default": None})
    assert list(faults(released=RELEASED, current=grown, earlier=[RELEASED[RECORD]])) == []
    (fault,) = faults(released=RELEASED, current=grown)
    assert "history" in fault


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"note": {"type": "string"}}, "cannot read"),
        ({"invoice_id": None}, "cannot be read by before"),
        ({"fetch_number": {"type": "string"}}, "cannot read"),
        ({"fetch_number": {"type": "long"}}, "cannot be read by before"),
        ({"gross_sum": {"type": ["null", "bytes"], "default": None}}, "logical type"),
        ({"fetched_at": {"type": {"type": "long", "logicalType": "timestamp-millis"}}}, "logical type"),
        ({"gross_sum": decimal(10, precision=20)}, "logical type"),
    ],
)
def test_what_would_break_readers_is_caught(change: dict[str, Any], word: str) -> None:
    current = changed(**change)
    same_fingerprint = "logical" in word
    found = list(
        faults(released=RELEASED, current=current, earlier=[] if same_fingerprint else [RELEASED[RECORD]])
    )
    assert any(word in fault for fault in found), found
    assert all(fault.startswith(RECORD) for fault in found)


def test_another_scale_is_caught_although_fingerprint_and_rules_overlook_it() -> None:
    (fault,) = faults(released=RELEASED, current=changed(gross_sum=decimal(2)))
    assert "gross_sum" in fault
    assert "logical type" in fault


def test_a_scale_inside_a_list_of_records_is_compared_too() -> None:
    def nested(scale: int) -> str:
        line = {
            "type": "record",
            "name": "Line",
            "fields": [{"name": "amount", "type": decimal(scale)["type"]}],
        }
        fields = [{"name": "lines", "type": {"type": "array", "items": line}}]
        return json.dumps({"type": "record", "name": "Nested", "namespace": "apstream", "fields": fields})

    (fault,) = faults(released={"Nested": nested(10)}, current={"Nested": nested(4)})
    assert ".lines[].amount" in fault


def test_a_record_that_was_released_may_not_vanish() -> None:
    remaining = {name: text for name, text in RELEASED.items() if name != RECORD}
    assert any("no schema any more" in fault for fault in faults(released=RELEASED, current=remaining))


def test_compatibility_is_with_every_earlier_version() -> None:
    oldest = changed(net_sum={"type": "string"})[RECORD]
    found = list(faults(released=RELEASED, released_earlier=[oldest], current=RELEASED, earlier=[oldest]))
    assert any("cannot" in fault for fault in found)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"AUTHOR": "t", "COMMITTER": "t"}.items():
        monkeypatch.setenv(f"GIT_{name}_NAME", value)
        monkeypatch.setenv(f"GIT_{name}_EMAIL", f"{value}@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    root = tmp_path / "a repository"
    folder = root / schema_gate.FOLDER
    folder.mkdir(parents=True)
    for name, text in changed(gross_sum=decimal(2)).items():
        (folder / f"{name}.avsc").write_text(text)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "release")
    monkeypatch.chdir(root)
    return root


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)  # noqa: S603, S607 - the test's own repository


def test_without_a_release_the_gate_says_so_and_passes(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schema_gate.main() == 0
    assert "no release tag" in capsys.readouterr().out


def test_a_release_with_another_scale_closes_the_gate(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "tag", "v0.1.0")
    assert schema_gate.main() == 1
    assert "gross_sum" in capsys.readouterr().err
