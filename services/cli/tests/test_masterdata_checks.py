"""`apstream connection test` of master data: each query and each list by itself, no password tried twice."""

from pathlib import Path
from typing import Any

import yaml
from apstream_cli.check import Check, Result
from apstream_cli.connection_source import connection_in
from apstream_cli.masterdata_checks import masterdata_checks
from basware.testing import Canned, StubApi
from peoplesoft.testing.query_answers import json_answer
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

MASTERDATA = {
    "time_zone": "Europe/Berlin",
    "companies": {"SHARE": ["BW00"]},
    "entities": {"payment_terms": {}, "accounts": {}},
}
ACCOUNT = {
    "A.SETID": "SHARE", "A.ACCOUNT": "000100", "A.EFFDT": "2020-01-01", "A.EFF_STATUS": "A", "A.DESCR": "Office",
    "A.STATISTICS_ACCOUNT": "N", "A.BUDGETARY_ONLY": "N", "A.LASTUPDDTTM": "2026-06-01T10:00:00",
}  # fmt: skip
TERM = {
    "A.SETID": "SHARE", "A.PYMNT_TERMS_CD": "30", "A.EFFDT": "2020-01-01", "A.EFF_STATUS": "A", "A.DESCR": "30 days",
    "A.NET_DAYS": 30, "A.DSCNT_DAYS": 0, "A.DSCNT_PCT": 0,
}  # fmt: skip
EMPTY = Canned(status=404)


async def found(
    folder: Path,
    document: dict[str, Any],
    *replies: Reply,
    lists: tuple[Canned, Canned] = (EMPTY, EMPTY),
    possible: bool = True,
) -> tuple[list[Check], StubApi, ScriptedGateway]:
    """The checks of payment terms and accounts, in that order, first the queries, then the lists."""
    async with StubApi() as api, ScriptedGateway() as gateway:
        gateway.replies.extend(replies)
        for path, answer in zip(("/v1/paymentTerms", "/v1/accounts"), lists, strict=True):
            api.script("GET", path, answer)
        document |= {"masterdata": MASTERDATA}
        document["basware"]["base_url"] = api.url()
        document["peoplesoft"]["base_url"] = gateway.url
        file = folder / "connection.yaml"
        file.write_text(yaml.safe_dump(document))
        checks = masterdata_checks(connection_in(file), peoplesoft=possible, basware=possible)
        return [check async for check in checks], api, gateway


def rows(*cells: dict[str, Any], query: str) -> Reply:
    return Reply(body=json_answer(cells, query=query))


async def test_what_works_is_shown_as_such(tmp_path: Path, document: dict[str, Any]) -> None:
    replies = (rows(TERM, query="APS_PAYMENT_TERMS"), rows(ACCOUNT, query="APS_ACCOUNTS"))
    lists = (EMPTY, Canned.of_json({"accounts": [{"externalCode": "SHARE_000100"}]}))
    checks, api, gateway = await found(tmp_path, document, *replies, lists=lists)
    assert [check.result for check in checks] == [Result.OK] * 4, checks
    assert all("maxrows=1" in seen.path.lower() for seen in gateway.seen)
    tokens = [request.body for request in api.requests if request.method == "POST"]
    assert b"paymentTerms.write" in tokens[0]
    assert b"accounts" not in tokens[0], "a scope that is missing must not take the others along"


async def test_a_query_without_a_field_says_which_and_what_to_do(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    poorer = {name: value for name, value in ACCOUNT.items() if name != "A.BUDGETARY_ONLY"}
    replies = (rows(query="APS_PAYMENT_TERMS"), rows(poorer, query="APS_ACCOUNTS"))
    checks, _, _ = await found(tmp_path, document, *replies)
    assert [check.result for check in checks[:2]] == [Result.NOTE, Result.FAILED]
    assert "gives no BUDGETARY_ONLY" in checks[1].said
    assert "APS_ACCOUNTS" in checks[1].said


async def test_a_refused_operator_is_not_tried_a_second_time(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    checks, _, gateway = await found(tmp_path, document, Reply(status=401, body=b""))
    assert [check.result for check in checks[:2]] == [Result.FAILED, Result.NOT_TRIED]
    assert len(gateway.seen) == 1


async def test_a_list_that_may_not_be_read_fails_alone(tmp_path: Path, document: dict[str, Any]) -> None:
    replies = (rows(TERM, query="APS_PAYMENT_TERMS"), rows(ACCOUNT, query="APS_ACCOUNTS"))
    checks, _, _ = await found(tmp_path, document, *replies, lists=(Canned(status=403), EMPTY))
    assert [check.result for check in checks[2:]] == [Result.FAILED, Result.OK]
    assert "paymentTerms.write" in checks[2].said
    assert not any("secret-" in check.said for check in checks)


async def test_where_signing_on_fails_nothing_more_is_tried(tmp_path: Path, document: dict[str, Any]) -> None:
    checks, api, gateway = await found(tmp_path, document, possible=False)
    assert {check.result for check in checks} == {Result.NOT_TRIED}
    assert not api.requests
    assert not gateway.seen


async def test_without_a_section_nothing_is_checked(tmp_path: Path, document: dict[str, Any]) -> None:
    file = tmp_path / "connection.yaml"
    file.write_text(yaml.safe_dump(document))
    assert not [each async for each in masterdata_checks(connection_in(file), peoplesoft=True, basware=True)]


def test_the_command_shows_them(tmp_path: Path, document: dict[str, Any], run: Any) -> None:
    file = tmp_path / "connection.yaml"
    file.write_text(yaml.safe_dump(document | {"masterdata": MASTERDATA}))
    said = run("connection", "test", "--file", str(file))
    assert said.exit_code == 1
    assert "query APS_ACCOUNTS (accounts)" in said.output
    assert "not tried" in said.output
