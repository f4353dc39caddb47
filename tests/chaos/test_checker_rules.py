"""The pure rules of the checker: replay, calls as intervals, bytes, history; and that it imports nothing of ours."""

import ast
import base64
import io
import json
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import fastavro
import pytest
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form
from hypothesis import given
from hypothesis import strategies as st

from .checker import fold
from .checker.connection import Connection, connections
from .checker.history import faults, read_history
from .checker.intervals import Interval, overlaps, too_close
from .checker.metric_pages import samples
from .checker.promises.planted_secrets import _found
from .checker.records import Decoder, Record, key_of
from .checker.where import SCHEMAS, Where

FOLDER = Path(__file__).parent / "checker"
ALLOWED = {"aiohttp", "confluent_kafka", "fastavro", "tests"} | set(sys.stdlib_module_names)
START = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_checker_imports_nothing_of_ours() -> None:
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Import(names=names):
                    modules = [each.name for each in names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            for module in modules:
                assert module.partition(".")[0] in ALLOWED, f"{file.name} imports {module}"
                assert not module.startswith("tests.") or module.startswith("tests.chaos.checker"), file.name


def test_nothing_of_ours_is_loaded_with_it() -> None:
    """Neither by what it imports in turn."""
    code = "import sys, tests.chaos.checker.__main__; print(*sys.modules)"
    root = FOLDER.parents[2]
    run = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = {each.partition(".")[0] for each in run.stdout.split()}
    members = {each.parent.name for each in root.glob("*/*/src/*/__init__.py")}
    assert {"chassis", "voucher_poster", "basware_simulator", "devstack"} <= members
    assert not loaded & (members | {"apstream_schemas"})


# replay

KEYS = st.sampled_from(["a", "b", "c"])


@st.composite
def ledgers(draw: st.DrawFn) -> list[Record]:
    """A partition as owners write it: each entry's versions in order, between positions of one key."""
    records: list[Record] = []
    reached: dict[str, int] = {}
    for offset, key in enumerate(draw(st.lists(st.one_of(KEYS, st.just("position")), max_size=40))):
        reached[key] = reached.get(key, 0) + 1
        kind = "position" if key == "position" else ""
        value = {"sequence": reached[key]}
        records.append(Record(topic="t", partition=0, offset=offset, key=key, value=value, kind=kind))
    return records


def found_in(records: list[Record]) -> list[str]:
    below = fold.compacted_below(records)
    return [
        problem
        for versions in fold.versions_of(records).values()
        for problem in fold.problems(versions, compacted_below=below)
    ]


def compacted(records: list[Record], below: int) -> list[Record]:
    """What Kafka's cleaner leaves: below an offset only the latest record of each key there."""
    latest = {each.key: each.offset for each in records if each.offset < below}
    return [each for each in records if each.offset >= below or latest[each.key] == each.offset]


@given(records=ledgers(), below=st.integers(min_value=0, max_value=40))
def test_a_replay_leads_to_the_same_state_however_far_compaction_came(
    records: list[Record], below: int
) -> None:
    left = compacted(records, below)
    assert found_in(left) == []
    states = [
        fold.replay(version for versions in fold.versions_of(each).values() for version in versions)
        for each in (records, left)
    ]
    assert states[0] == states[1]


@given(records=ledgers(), chance=st.randoms(use_true_random=False))
def test_a_replay_does_not_depend_on_the_order_of_reading(
    records: list[Record], chance: random.Random
) -> None:
    versions = [each for some in fold.versions_of(records).values() for each in some]
    shuffled = list(versions)
    chance.shuffle(shuffled)
    assert fold.replay(shuffled) == fold.replay(versions)


@given(records=ledgers(), data=st.data())
def test_a_version_that_is_lost_or_doubled_where_nothing_was_compacted_is_noticed(
    records: list[Record], data: st.DataObject
) -> None:
    positions = [
        Record(topic="t", partition=0, offset=at - 2, key="p", value={}, kind="position") for at in (0, 1)
    ]
    entries = [each for each in records if not each.kind]
    inner = [each for each in entries if any(o.key == each.key and o.offset > each.offset for o in entries)]
    if not inner:
        return
    hit = data.draw(st.sampled_from(inner))
    assert found_in([*positions, *(each for each in records if each is not hit)]) != []
    again = Record(topic="t", partition=0, offset=99, key=hit.key, value=hit.value)
    assert found_in([*positions, *records, again]) != []


# intervals


def interval(begin: float, lasts: float, *, effect: bool = True) -> Interval:
    from_then = START + timedelta(seconds=begin)
    return Interval(name="w", begin=from_then, end=from_then + timedelta(seconds=lasts), effect=effect)


CALLS = st.lists(
    st.builds(interval, st.integers(0, 60), st.integers(0, 10), effect=st.booleans()), max_size=12
)


@given(calls=CALLS)
def test_calls_overlap_if_and_only_if_some_two_of_them_do(calls: list[Interval]) -> None:
    pairs = [
        (one, other)
        for number, one in enumerate(calls)
        for other in calls[number + 1 :]
        if one.begin < other.end and other.begin < one.end and one.begin != other.begin
    ]
    found = list(overlaps(calls))
    assert all(one.begin <= other.begin < one.end for one, other in found)
    if pairs:
        assert found


@given(calls=CALLS, spacing=st.integers(0, 10))
def test_calls_are_too_close_only_after_one_that_had_an_effect(calls: list[Interval], spacing: int) -> None:
    found = list(too_close(calls, spacing=timedelta(seconds=spacing), tolerance=timedelta(milliseconds=50)))
    assert all(one.effect and other.begin - one.begin < timedelta(seconds=spacing) for one, other in found)
    effects = sorted(each.begin for each in calls if each.effect)
    close = any(b - a < timedelta(seconds=spacing - 0.05) for a, b in pairwise(effects))
    assert bool(found) or not close


# bytes


@given(before=st.binary(max_size=9), after=st.binary(max_size=9), secret=st.text("abcXYZ019-_", min_size=16))
def test_a_secret_is_found_in_base64_whatever_stands_around_it(
    before: bytes, after: bytes, secret: str
) -> None:
    text = b"Authorization: Basic " + base64.b64encode(before + secret.encode() + after)
    assert [each for each, _ in _found(text, [secret], encoded=True)] == [secret]


def test_a_record_is_decoded_by_the_schema_it_names() -> None:
    schema = parse_schema(json.loads((SCHEMAS / "Unreadable.avsc").read_text()))
    mark = bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))
    value = {
        "topic": "t",
        "partition": 1,
        "offset": 2,
        "key": None,
        "value": b"x",
        "reason": "torn",
        "at": START,
        "service": "s",
    }
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, value)
    decoder = Decoder(SCHEMAS)
    assert decoder.decode(b"\xc3\x01" + mark + body.getvalue()) == value
    for wrong in (b"{}", b"\xc3\x01" + bytes(8) + body.getvalue()):
        with pytest.raises(ValueError, match=r"encoding|fingerprint"):
            decoder.decode(wrong)


def test_keys_are_nfc_and_percent_encoded() -> None:
    assert key_of("acme", "2026/01", "Zu\u0308rich") == "acme/2026%2F01/Z%C3%BCrich"


def test_a_page_of_metrics_gives_labels_and_values() -> None:
    page = b'# HELP x_total y\nx_total{a="1",b="two words"} 3.0\nx_total_other{a="1"} 4.0\nx_total 5.0\n'
    assert list(samples(page, "x_total")) == [({"a": "1", "b": "two words"}, 3.0), ({}, 5.0)]


# history, connections, where


def test_the_last_line_of_an_operation_counts_and_without_an_end_it_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "operations.jsonl"
    began = {"id": "1", "kind": "fault", "at": START.isoformat(), "outcome": None, "ended_at": None}
    named = {"detail": {"name": "SIGSTOP 20 s"}}
    ended = {**began, **named, "outcome": "ok", "ended_at": START.isoformat()}
    lines = [began, ended, {**began, "id": "2"}]
    file.write_text("".join(json.dumps(each) + "\n" for each in lines) + '{"id": "3", "ki')
    found = read_history(file)
    assert [(each.id, each.outcome) for each in found] == [("1", "ok"), ("2", "unknown")]
    assert [each.id for each in faults(found, "sigstop")] == ["1"]
    assert read_history(tmp_path / "none") == ()


def test_a_connection_is_what_its_versions_on_the_topic_say() -> None:
    def version(number: int, spacing: float) -> Record:
        document = {
            "basware": {"client_id": "north-client", "record_spacing_seconds": spacing},
            "peoplesoft": {"node": "N", "operator": "OP", "match": ["INVOICE_ID"]},
            "mapping": {"business_units": {"BW00": "US001"}},
        }
        value = {"connection_id": "acme", "shard": 3, "version": number, "document": json.dumps(document)}
        return Record(topic="ap.connections", partition=0, offset=number, key="acme", value=value)

    (found,) = connections([version(1, 2.0), version(2, 5.0)])
    assert isinstance(found, Connection)
    assert (found.tenant, found.spacing, found.shard) == ("north", 2.0, 3)
    assert connections([version(1, 2.0)], only=("other",)) == []
    gone = Record(topic="ap.connections", partition=0, offset=9, key="acme", value={})
    assert connections([version(1, 2.0), gone]) == []


def test_a_run_directory_tells_where_everything_is(tmp_path: Path) -> None:
    addresses = {"kafka": "h:1", "basware": "b", "peoplesoft": "p", "metrics": {"web": "m"}}
    (tmp_path / "endpoints.json").write_text(json.dumps(addresses))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "keys.json").write_text('{"k": "a-key"}')
    (tmp_path / "secrets" / "acme-webhook").write_text("a-secret")
    where = Where.of_run(tmp_path)
    assert (where.bootstrap, set(where.secrets)) == ("h:1", {"a-key", "a-secret"})
    assert not re.search("a-secret|a-key", repr(where))
