"""The page of rules says every rule."""

from ap_domain.payments import ExceptionKind, InstalmentState
from ap_domain.payments.instalment_rules import INSTALMENT_RULES
from ap_domain.payments.status_rules import HOLD_REASONS, STATUS_RULES
from ap_domain.payments.status_table import status_table


def test_every_rule_is_on_the_page() -> None:
    lines = status_table().splitlines()
    for rule in STATUS_RULES:
        (line,) = [each for each in lines if each.startswith(f"| `{rule.field}` | `{rule.code}` |")]
        assert line.endswith(f"| {rule.source} | {rule.certainty} |")
    assert all(any(rule.words in line for line in lines) for rule in INSTALMENT_RULES)
    assert all(any(line.startswith(f"| `{code}` |") for line in lines) for code in HOLD_REASONS)
    for each in (*InstalmentState, *ExceptionKind):
        assert any(line.startswith(f"| {each.replace('_', ' ')} |") for line in lines)


def test_the_tables_are_whole() -> None:
    for block in status_table().split("\n\n"):
        assert len({line.count(" | ") for line in block.splitlines()}) == 1
