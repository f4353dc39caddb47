"""The page that teaches the section: every example works, every key is on it."""

import re
from pathlib import Path

import pytest
import yaml
from ap_domain.mapping import SupplierScheme
from ap_domain.masterdata import MasterDataPlan, parse_masterdata, parse_masterdata_cases, run_masterdata_case
from ap_domain.masterdata.columns import OURS
from ap_domain.masterdata.entity import Kind
from ap_domain.masterdata.entity_section import KEYS as ENTITY_KEYS
from ap_domain.masterdata.masterdata_document import KEYS, default_document

PAGE = (Path(__file__).parents[4] / "docs" / "masterdata.md").read_text("utf-8")
SECTIONS = re.findall(r"```yaml masterdata\n(.*?)```", PAGE, flags=re.DOTALL)
CASES = re.findall(r"```yaml cases\n(.*?)```", PAGE, flags=re.DOTALL)
SCHEME = SupplierScheme(setid="SHARE")


@pytest.mark.parametrize("example", SECTIONS)
def test_every_example_is_a_section(example: str) -> None:
    assert isinstance(parse_masterdata(yaml.safe_load(example), scheme=SCHEME), MasterDataPlan)


def test_every_case_of_the_page_passes() -> None:
    plan = parse_masterdata(yaml.safe_load(SECTIONS[0]))
    (text,) = CASES
    results = [run_masterdata_case(plan, case, scheme=SCHEME) for case in parse_masterdata_cases(text)]
    assert [result.differences for result in results] == [(), (), ()]


def test_every_key_stands_in_an_example() -> None:
    examples = [yaml.safe_load(example) for example in SECTIONS]
    assert {key for example in examples for key in example} == KEYS
    entities = [entity for example in examples for entity in example["entities"].values()]
    assert {key for entity in entities for key in entity} == ENTITY_KEYS


@pytest.mark.parametrize("word", sorted({*KEYS, *ENTITY_KEYS, *OURS, *(set(Kind) - {Kind.LIST})}))
def test_every_word_is_explained(word: str) -> None:
    assert re.search(rf"`{word}`", PAGE)


def test_every_delivered_query_and_column_is_listed() -> None:
    default = default_document()
    queries = [default[kind.value].get("query") for kind in Kind] + list(default["list_queries"])
    queries += [*default["suppliers"]["parts"].values(), "APS_SUPPLIER_BANKS"]
    shown = re.sub(r"CHARTFIELD1 to (APS_)?CHARTFIELD3", r"CHARTFIELD1, \1CHARTFIELD2, \1CHARTFIELD3", PAGE)
    shown = shown.replace("ADDRESS1 to ADDRESS4", "ADDRESS1, ADDRESS2, ADDRESS3, ADDRESS4")
    assert [query for query in queries if query and f"{query}" not in shown] == []
    plan = parse_masterdata(
        {
            "time_zone": "UTC",
            "companies": {"SHARE": ["BW00"]},
            "entities": {kind.value: {} for kind in Kind if kind not in (Kind.LIST, Kind.SUPPLIERS)}
            | {"suppliers": {"parts": {"bank_accounts": "APS_SUPPLIER_BANKS"}}},
        }
    )
    rows = {line.split("|")[1].strip(): line for line in shown.splitlines() if line.startswith("| APS_")}
    for entity in plan.entities.values():
        for query, columns in [(entity.query, entity.columns)] + [
            (part.query, part.columns) for part in entity.parts.values()
        ]:
            assert [column for column in columns if not re.search(rf"\b{column}\b", rows[query])] == []
