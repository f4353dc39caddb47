"""What Basware's word on a request means for each record that was in it."""

from dataclasses import dataclass, replace
from datetime import datetime

from ap_domain.masterdata.record import ImportState, ImportStep

from masterdata.importing.core.answers import Ended, ItemWord, RequestWord, Seen
from masterdata.importing.core.history import kept, may_have_been_sent, refused_before, unheard_since

__all__ = ["Verdict", "judge", "nameless", "unproven"]

UNCHANGED_SINCE = (
    "sent again unchanged, which Basware does not look at: change the record, or have it redistributed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The next step of a record, and why."""

    step: ImportStep
    words: tuple[str, ...] = ()

    def after(self, told: ImportState, *, at: datetime) -> ImportState:
        """The word that follows `told` about the same version."""
        return replace(told, sequence=told.sequence + 1, step=self.step, at=at, words=self.words)


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
    return _again(verdict, told, most=most) if verdict and verdict.step is ImportStep.DUE else verdict


def nameless(sent: ImportState, *, most: int) -> ImportState:
    """The word on a record that was stored by a request without a name: nothing can be asked about it."""
    said = "Basware stored it without naming the request, so nobody can say what became of it"
    verdict = _again(Verdict(step=ImportStep.DUE, words=(said,)), sent, most=most)
    return replace(sent, step=verdict.step, words=verdict.words)


def unproven(word: RequestWord, told: ImportState) -> bool:
    """Whether Basware only says that it has this version, and an earlier send of it may have been refused unheard."""
    items = word.items.get(told.external_code, ())
    unchanged = bool(items) and all(item.seen is Seen.UNCHANGED for item in items)
    return unchanged and unheard_since(told) is not None


def _again(verdict: Verdict, told: ImportState, *, most: int) -> Verdict:
    if told.attempts >= most:
        said = f"sent {told.attempts} times without a clear word"
        return Verdict(step=ImportStep.REFUSED, words=(said, *verdict.words))
    return replace(verdict, words=(*verdict.words, *(kept(told) or (may_have_been_sent(told.at),))))


def _judged(word: RequestWord | None, told: ImportState) -> Verdict | None:
    if word is None:
        return None
    items = word.items.get(told.external_code, ())
    if not items:
        return _unmentioned(word)
    if any(item.seen is Seen.REFUSED for item in items):
        words = _words(items, Seen.REFUSED) or ("refused without a word",)
        return Verdict(step=ImportStep.REFUSED, words=words)
    if any(item.seen is Seen.OPEN for item in items):
        return None
    if any(item.seen is Seen.EXPIRED for item in items):
        words = _words(items, Seen.EXPIRED) or ("overtaken by another version",)
        return Verdict(step=ImportStep.DUE, words=words)
    refused = refused_before(told)
    if refused and all(item.seen is Seen.UNCHANGED for item in items):
        words = tuple(dict.fromkeys((*refused, UNCHANGED_SINCE)))
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
