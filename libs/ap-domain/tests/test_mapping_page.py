"""The page that teaches the language: every example works, every key of the language is on it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from ap_domain.mapping import TaxMode, VoucherMapping, parse_cases, parse_mapping, run_case
from ap_domain.mapping.expression import OFFERED
from ap_domain.mapping.mapping_document import KEYS
from ap_domain.mapping.rule import KEYS as RULE_KEYS
from ap_domain.mapping.voucher_mapping import Part

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text("utf-8")
MAPPINGS = re.findall(r"```yaml mapping\n(.*?)```", PAGE, flags=re.DOTALL)
CASES = re.findall(r"```yaml cases\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("example", MAPPINGS)
def test_every_example_is_a_mapping(example: str) -> None:
    assert isinstance(parse_mapping(yaml.safe_load(example)), VoucherMapping)


def test_every_case_of_the_page_passes() -> None:
    mapping = parse_mapping(yaml.safe_load(MAPPINGS[0]))
    (text,) = CASES
    results = [run_case(mapping, case) for case in parse_cases(text)]
    assert [result.differences for result in results] == [(), ()]


def test_every_key_of_a_mapping_stands_in_an_example() -> None:
    shown = {key for example in MAPPINGS for key in yaml.safe_load(example)}
    assert KEYS - shown == {"extends"}
    assert {setting.name for setting in fields(VoucherMapping)} <= KEYS


@pytest.mark.parametrize("word", sorted({*RULE_KEYS, *OFFERED, *TaxMode, *Part, "extends"}))
def test_every_word_of_the_language_is_explained(word: str) -> None:
    assert re.search(rf"`{word}[`:]", PAGE)
