"""What looks like an account number, found in words that come from elsewhere and hidden there."""

import re
from collections.abc import Iterator, Sequence

__all__ = ["without_account_numbers"]

_WHOLE = r"(?<![^\W_])(?:{})(?![.-]?[^\W_])"
_DAY = (
    r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
    r"|(?:0?[1-9]|[12][0-9]|3[01])[.-](?:0?[1-9]|1[0-2])[.-](?:19|20)[0-9]{2}"
)
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_PART = r"[^\W_]+"
_DIGIT = re.compile(r"\d")
_IBAN_BEGINS = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{0,30}", re.IGNORECASE)
_INSIDE = frozenset(" \u00a0.-")
"""One of these at a time may stand inside a number."""
_GROUP = 4
"""Characters of a group of an IBAN as it is written; a group of letters alone is a bank's code."""
_LONGEST = 34
_FEWEST_CHARACTERS = 8
_FEWEST_DIGITS = 6
_SHOWN = 4
_HIDDEN = "****"


def without_account_numbers(text: str, *, known: Sequence[str] = ()) -> str:
    """`text` with all that looks like an account number hidden but for its last 4 characters.

    That is 8 or more letters and digits with 6 or more digits among them, however they are grouped by single blanks,
    dots or dashes. Days, moments and UUIDs stay, and so does what is, or stands in, one of `known` (a record's own
    code). Basware names the bank account when it refuses one (P2P FAQ: each must be unique), so its words may hold
    one.
    """
    shown, at = [], 0
    for start, end in _numbers(text, [each for each in known if len(each) >= _FEWEST_CHARACTERS]):
        shown += [text[at:start], _HIDDEN, text[max(start, end - _SHOWN) : end]]
        at = end
    return "".join([*shown, text[at:]])


def _numbers(text: str, known: Sequence[str]) -> Iterator[tuple[int, int]]:
    run: list[re.Match[str]] = []
    for part in _pattern(known).finditer(text):
        own = len(part[0]) >= _FEWEST_CHARACTERS and any(part[0] in each for each in known)
        if part["part"] is None or own:
            yield from _if_number(run)
            run = []
        elif run and text[run[-1].end() : part.start()] in _INSIDE and _goes_on(run, part[0]):
            run.append(part)
        else:
            yield from _if_number(run)
            run = [part]
    yield from _if_number(run)


def _pattern(known: Sequence[str]) -> re.Pattern[str]:
    kept = "|".join([*map(re.escape, known), _DAY, _UUID])
    return re.compile(f"{_WHOLE.format(kept)}|(?P<part>{_PART})")


def _goes_on(run: Sequence[re.Match[str]], part: str) -> bool:
    """Whether `part` may belong to the number that `run` may be: groups have digits, but for those of an IBAN."""
    if _DIGIT.search(part) is None:
        return len(part) == _GROUP and _IBAN_BEGINS.fullmatch(run[0][0]) is not None
    if sum(len(each[0]) for each in run) > _LONGEST:
        return False
    return len(run) > 1 or _DIGIT.search(run[0][0]) is not None


def _if_number(run: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    while run and not _DIGIT.search(run[-1][0]):
        run = run[:-1]  # words behind an IBAN
    characters = "".join(part[0] for part in run)
    if len(characters) >= _FEWEST_CHARACTERS and len(_DIGIT.findall(characters)) >= _FEWEST_DIGITS:
        yield run[0].start(), run[-1].end()
