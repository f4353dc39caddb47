"""What Basware's word on a request means for each record that was in it."""

from dataclasses import dataclass, replace
from datetime import datetime

from ap_domain.masterdata.record import ImportState, ImportStep

from masterdata.importing.core.answers import Ended, ItemWord, RequestWord, Seen

__all__ = [
    "NOT_SENT",
    "REFUSED_BEFORE",
    "Verdict",
    "carried",
    "judge",
    "nameless",
    "refused_here",
    "unproven",
]

NOT_SENT = "not sent: "
"""Begins our own words on a record that breaks a rule of Basware's: it never went out."""
REFUSED_BEFORE = "refused before: "
"""Begins words that are kept while the same version is sent again: unchanged, Basware may not look at it anew."""
CONFIRMED_BEFORE = "confirmed before"
"""Is kept likewise: unchanged, there is nothing that Basware could have refused meanwhile."""
UNCHANGED_SINCE = (
    "sent again unchanged, which Basware does not look at: change the record, or have it redistributed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The next step of a record, and why."""

    step: ImportStep
    words: tuple[str, ...] = ()

    def after(self, told: ImportState, *, at: datetime, attempts: int | None = None) -> ImportState:
        """The word that follows `told` about the same version."""
        return replace(
            told,
            sequence=told.sequence + 1,
            step=self.step,
            at=at,
            words=self.words,
            attempts=told.attempts if attempts is None else attempts,
        )


def judge(
    word: RequestWord | None, told: ImportState, *, waited: float, patience: float, most: int
) -> Verdict | None:
    """What became of the version that `told` says was sent; None while that is not known.

    `waited` is how long ago it was sent; after `patience` seconds it is due again. What was sent `most` times and
    is due again is refused instead, for a person to look at.
    """
    verdict = _judged(word, told)
    if verdict is None and waited >= patience:
        verdict = Verdict(step=ImportStep.DUE, words=(f"no word from Basware in {patience / 60:g} minutes",))
    if verdict is not None and verdict.step is ImportStep.DUE:
        if told.attempts >= most:
            said = (f"sent {told.attempts} times without a clear word", *verdict.words)
            return Verdict(step=ImportStep.REFUSED, words=said)
        return replace(verdict, words=(*verdict.words, *_kept(told)))
    return verdict


def carried(told: ImportState | None, *, digest: str) -> tuple[str, ...]:
    """The words of an earlier outcome that go with the next send of the same version."""
    if told is None or told.digest != digest:
        return ()
    if told.step is ImportStep.CONFIRMED:
        return (CONFIRMED_BEFORE,)
    if told.step is ImportStep.REFUSED:
        return tuple(
            text if text.startswith(REFUSED_BEFORE) else REFUSED_BEFORE + text
            for text in told.words
            if not text.startswith(NOT_SENT) and text != UNCHANGED_SINCE
        )
    return _kept(told)


def unproven(word: RequestWord, told: ImportState) -> bool:
    """Whether Basware only says that it knew this version, and never told us what became of it.

    An earlier send of it, whose answer was lost, may have been refused.
    """
    items = word.items.get(told.external_code, ())
    return bool(items) and all(item.seen is Seen.UNCHANGED for item in items) and not _kept(told)


def nameless(sent: ImportState, *, most: int) -> ImportState:
    """The word on a record that was stored by a request without a name: nothing can be asked about it."""
    said = "Basware stored it without naming the request, so nobody can say what became of it"
    step = ImportStep.DUE if sent.attempts < most else ImportStep.REFUSED
    return replace(sent, step=step, words=(said, *sent.words))


def refused_here(problems: tuple[str, ...]) -> tuple[str, ...]:
    """Our words on a record that is not sent."""
    return tuple(NOT_SENT + problem for problem in problems)


def _judged(word: RequestWord | None, told: ImportState) -> Verdict | None:
    if word is None:
        return None
    items = word.items.get(told.external_code, ())
    if not items:
        return _unmentioned(word)
    if any(item.seen is Seen.REFUSED for item in items):
        return Verdict(
            step=ImportStep.REFUSED, words=_words(items, Seen.REFUSED) or ("refused without a word",)
        )
    if any(item.seen is Seen.OPEN for item in items):
        return None
    if any(item.seen is Seen.EXPIRED for item in items):
        return Verdict(
            step=ImportStep.DUE, words=_words(items, Seen.EXPIRED) or ("overtaken by another version",)
        )
    refused = tuple(text for text in told.words if text.startswith(REFUSED_BEFORE))
    if refused and all(item.seen is Seen.UNCHANGED for item in items):
        words = (*(text.removeprefix(REFUSED_BEFORE) for text in refused), UNCHANGED_SINCE)
        return Verdict(step=ImportStep.REFUSED, words=words)
    return Verdict(step=ImportStep.CONFIRMED, words=_words(items, Seen.WARNED))


def _unmentioned(word: RequestWord) -> Verdict | None:
    match word.ended:
        case Ended.OPEN:
            return None
        case Ended.WELL:
            return Verdict(step=ImportStep.CONFIRMED)
        case Ended.BADLY:
            said = "the request failed, and Basware does not say what became of this record"
            return Verdict(step=ImportStep.DUE, words=(said,))


def _words(items: tuple[ItemWord, ...], seen: Seen) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for item in items if item.seen is seen for text in item.words))


def _kept(told: ImportState) -> tuple[str, ...]:
    return tuple(text for text in told.words if text.startswith(REFUSED_BEFORE) or text == CONFIRMED_BEFORE)
