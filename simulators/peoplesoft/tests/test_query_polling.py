"""Queries over SOAP: started, queued, fetched block by block."""

from typing import Any

import pytest


async def _blocks(caller: Any, instance: str | None) -> list[Any]:
    """All blocks of an instance, once it is no longer queued."""
    blocks: list[Any] = []
    for _ in range(100):
        answer = await caller.results(instance, len(blocks) + 1)
        assert answer.status == 200, answer.raw
        if answer.text("status") == "queued":
            continue
        blocks.append(answer)
        if answer.text("status") == "finalBlockRetrieved":
            return blocks
    raise AssertionError("no end of blocks")


@pytest.mark.parametrize(
    ("polls", "block_rows", "blocks"), [(0, 1000, 1), (1, 44, 1), (3, 20, 3), (1, 1, 44)]
)
async def test_results_are_queued_and_then_come_in_blocks(
    caller: Any, polls: int, block_rows: int, blocks: int
) -> None:
    await caller.control(
        "POST", "settings/PSFT_EP", {"query_queued_polls": polls, "query_block_rows": block_rows}
    )
    instance = (await caller.execute()).text("QueryInstance")
    for _ in range(polls):
        assert (await caller.results(instance)).text("status") == "queued"
    found = await _blocks(caller, instance)
    assert [each.text("status") for each in found[:-1]] == ["blockRetrieved"] * (blocks - 1)
    ids = [each.text for block in found for each in block.body.iter("{*}A.VENDOR_ID")]
    assert ids == [each["A.VENDOR_ID"] for each in await caller.query()]
    sizes = [int(block.body.find("{*}query").get("numrows")) for block in found]
    assert sum(sizes) == 44
    assert max(sizes) <= block_rows


async def test_a_blocks_size_may_be_given_in_kilobytes(caller: Any) -> None:
    await caller.control("POST", "masterdata/generate", {"suppliers": 200})
    found = await _blocks(caller, (await caller.execute(kb=8)).text("QueryInstance"))
    assert len(found) > 5
    assert all(len(each.raw) < 9 * 1024 + 1024 for each in found)
    assert sum(len(list(each.body.iter("{*}row"))) for each in found) == 244


async def test_characters_are_in_cdata_and_blanks_are_empty_elements(caller: Any) -> None:
    name = "Brackets ]]> & <b> Müller"
    await caller.control(
        "POST", "masterdata/change", {"suppliers": [{"vendor_id": "0000430022", "name": name}]}
    )
    instance = (await caller.execute(AFTER="0000430021", UP_TO="0000430022")).text("QueryInstance")
    (block,) = await _blocks(caller, instance)
    assert block.text("A.NAME1") == name
    assert b"<A.PRIM_ADDR_SEQ_NUM>1</A.PRIM_ADDR_SEQ_NUM>" in block.raw
    instance = (await caller.execute("APS_SUPPLIER_LOCATIONS", UP_TO="0000010280")).text("QueryInstance")
    (block,) = await _blocks(caller, instance)
    assert b"<A.PYMNT_TERMS_CD/>" in block.raw


async def test_no_rows_are_one_empty_block(caller: Any) -> None:
    (block,) = await _blocks(caller, (await caller.execute(SETID="NONE")).text("QueryInstance"))
    assert b'numrows="0" queryname="APS_SUPPLIERS"></query>' in block.raw


async def test_maxrow_cuts_silently_and_a_block_may_be_asked_for_again(caller: Any) -> None:
    instance = (await caller.execute(max_rows=5)).text("QueryInstance")
    (block,) = await _blocks(caller, instance)
    assert len(list(block.body.iter("{*}row"))) == 5
    assert (await caller.results(instance)).raw == block.raw


async def test_what_does_not_fit_is_a_fault(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"query_queued_polls": 0})
    faults = [
        (await caller.execute("APS_NOTHING"), "does not exist"),
        (await caller.execute(MISSPELT="1"), "there is no prompt MISSPELT"),
        (await caller.execute(max_rows="many"), "MaxRow must be a number"),
        (await caller.results("deadbeef"), "no results of query instance deadbeef"),
        (await caller.results((await caller.execute()).text("QueryInstance"), 2), "has no block 2"),
        (await caller.query_soap("execute", "<a"), "XML parser error"),
    ]
    for answer, words in faults:
        assert answer.status == 500
        assert words in (answer.text("DefaultMessage") or "")


async def test_an_instance_belongs_to_who_started_it(caller: Any) -> None:
    instance = (await caller.execute()).text("QueryInstance")
    await caller.control("POST", "operators", {"operator": "OTHER", "password": caller.password})
    answer = await caller.results(instance, operator="OTHER")
    assert "no results of query instance" in (answer.text("DefaultMessage") or "")


async def test_a_username_token_does_where_the_site_wants_one(caller: Any) -> None:
    await caller.control("POST", "sites", {"node": "PSFT_EP", "authentication": "username_token"})
    assert (await caller.execute()).text("MessageID") == "45"
    assert (await caller.query_raw()).status == 200


async def test_the_log_shows_steps(caller: Any) -> None:
    instance = (await caller.execute()).text("QueryInstance")
    await _blocks(caller, instance)
    calls = (await caller.control("GET", "requests?operation=query_soap&query=APS_SUPPLIERS"))["requests"]
    assert [each["outcome"] for each in calls] == ["found 44", "queued", "finalBlockRetrieved"]
    assert calls[0]["prompts"]["SETID"] == "SHARE"
    assert calls[2]["prompts"] == {"BLOCK": "1"}
