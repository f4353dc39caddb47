"""Putting fields where Basware's import has them: groups, lists of pairs, one element for each row of a part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ap_domain.masterdata.basware_fields import NEEDED, keyed_list
from ap_domain.masterdata.field_values import FieldFault, field_value
from ap_domain.masterdata.plan import FieldRule

__all__ = ["body_of"]


def body_of(
    rules: Sequence[FieldRule],
    scope: Mapping[str, object],
    *,
    problems: list[str],
    under: str = "",
    required: Iterable[str] = (),
) -> dict[str, Any]:
    """The part of a record that the rules make; `under` is the list it is an element of.

    Every fault is added to the problems, as is a required path (`name`, `accountNames.en-US`) that came out absent.
    """
    body: dict[str, Any] = {}
    faulty: set[str] = set()
    made: set[str] = set()
    for each in rules:
        try:
            value = field_value(each, scope)
        except FieldFault as fault:
            problems.append(str(fault))
            faulty.add(".".join(each.path))
            continue
        if value is not None:
            made.add(".".join(each.path))
            _place(body, each.path, value, under=under)
    absent = (path for path in required if path not in made and path not in faulty)
    problems.extend(_missing(path, rules, under=under) for path in absent)
    return _with_whole_groups(body, under=under)


def _place(body: dict[str, Any], path: tuple[str, ...], value: object, *, under: str) -> None:
    if len(path) == 1:
        body[path[0]] = value
        return
    group, name = path
    pairs = keyed_list(_joined(under, group))
    if pairs is None:
        body.setdefault(group, {})[name] = value
    else:
        body.setdefault(group, []).append({pairs.key: name, pairs.value: value})


def _missing(path: str, rules: Sequence[FieldRule], *, under: str) -> str:
    said = f"{_joined(under, path)} must not be missing"
    picks = (each.rule.pick for each in rules if ".".join(each.path) == path)
    return next((f"{said}; it comes from {pick.text}" for pick in picks if pick), said)


def _with_whole_groups(body: dict[str, Any], *, under: str) -> dict[str, Any]:
    """Without groups that lack the field they cannot do without."""
    return {
        name: value
        for name, value in body.items()
        if not isinstance(value, dict) or NEEDED.get(_joined(under, name), "") in ("", *value)
    }


def _joined(under: str, name: str) -> str:
    return f"{under}.{name}" if under else name
