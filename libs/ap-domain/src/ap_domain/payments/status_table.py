"""The rules about payments as a page: `python -m ap_domain.payments.status_table` prints it as Markdown."""

import sys
from collections.abc import Iterable, Sequence

from ap_domain.payments.instalment_rules import INSTALMENT_RULES, InstalmentRule
from ap_domain.payments.picture import ExceptionKind, InstalmentState
from ap_domain.payments.status_rules import (
    COUNTING,
    ENDED,
    HOLD_REASONS,
    STATUS_RULES,
    StatusField,
    StatusRule,
)
from ap_domain.payments.voucher_watch import EXCEPTION_WORDS

__all__ = ["status_table"]


def status_table() -> str:
    """Codes, how they go together, states, exceptions and hold reasons, each with how sure it is."""
    return "\n\n".join(
        (
            "**Codes.** What each of PeopleSoft's codes says.",
            _table(("field", "code", "in PeopleSoft", "here", "source", "how sure"), _codes()),
            "**Together.** Of an instalment the first row that fits decides.",
            _table(("schedule", "money", "besides", "the instalment is", "because", "how sure"), _together()),
            "**States of an instalment.**",
            _table(("state", "has ended", "counts as paid"), _states()),
            "**Exceptions of the voucher watch.**",
            _table(("exception", "the voucher", "what helps"), _exceptions()),
            "**Hold reasons.**",
            _table(("code", "in words"), [(f"`{code}`", words) for code, words in HOLD_REASONS.items()]),
        )
    )


def _codes() -> Iterable[Sequence[str]]:
    for rule in STATUS_RULES:
        yield f"`{rule.field}`", f"`{rule.code}`", rule.name, _here(rule), rule.source, rule.certainty


def _here(rule: StatusRule) -> str:
    if rule.field is StatusField.PAYMENT:
        return {
            InstalmentState.PAID: "the payment stands",
            InstalmentState.REOPENED: "the payment was taken back",
            InstalmentState.ESCHEATED: "escheated",
            None: "no money was moved by it",
        }[rule.state]
    if rule.exception is not None:
        return f"exception {_words(rule.exception)}"
    return _words(rule.state) if rule.state is not None else "changes nothing"


def _together() -> Iterable[Sequence[str]]:
    for rule in INSTALMENT_RULES:
        yield (
            _any_of(rule.schedule),
            " or ".join(sorted(rule.money)) if rule.money else "any",
            ", ".join(_besides(rule)) or "any",
            _words(rule.state) if rule.state else "what the schedule says",
            rule.words,
            rule.certainty,
        )


def _besides(rule: InstalmentRule) -> Iterable[str]:
    if rule.action is not None:
        yield f"`PYMNT_ACTION`: {_words(rule.action)}"
    if rule.cancel is not None:
        yield f"`CANCEL_ACTION`: {_words(rule.cancel)}"
    if rule.held is not None:
        yield "on hold" if rule.held else "not on hold"
    if rule.last is not None:
        yield "the last instalment" if rule.last else "a later instalment exists"
    if rule.netted is not None:
        yield "`NETTED` is Y and `PAID_AMT` 0"
    if rule.empty is not None:
        yield "gross and `PAID_AMT` are 0"
    if rule.moneyless is not None:
        yield "gross is not 0; `PAID_AMT`, discount and withheld are"


def _states() -> Iterable[Sequence[str]]:
    for state in InstalmentState:
        yield _words(state), _yes(state in ENDED), _yes(state in COUNTING)


def _exceptions() -> Iterable[Sequence[str]]:
    for kind in ExceptionKind:
        what, remedy = EXCEPTION_WORDS[kind]
        yield _words(kind), what, remedy


def _any_of(states: frozenset[InstalmentState] | None) -> str:
    if states is None:
        return "any"
    return " or ".join(_words(state) for state in InstalmentState if state in states)


def _words(state: InstalmentState | ExceptionKind) -> str:
    return state.replace("_", " ")


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(f"{status_table()}\n")
