"""The pure rules: what a word means, how a batch is narrowed, what is ready to go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ap_domain.masterdata.record import ImportState, ImportStep
from hypothesis import given
from hypothesis import strategies as st
from masterdata.importing.core.answers import Ended, ItemWord, RequestWord, Seen, TooLarge, TurnedDown
from masterdata.importing.core.history import carried
from masterdata.importing.core.narrowing import Narrowing
from masterdata.importing.core.verdicts import judge, nameless

from .virtual_time import START

SENT = ImportState(
    connection_id="acme",
    entity="suppliers",
    external_code="V1",
    sequence=2,
    step=ImportStep.SENT,
    digest="d",
    source_offset=7,
    request_id="r1",
    at=START,
    words=(),
    attempts=1,
)


def word(*items: ItemWord, ended: Ended = Ended.OPEN) -> RequestWord:
    return RequestWord(ended=ended, items={"V1": items} if items else {})


@pytest.mark.parametrize(
    ("said", "step", "words"),
    [
        (word(ItemWord(seen=Seen.TAKEN)), ImportStep.CONFIRMED, ()),
        (word(ItemWord(seen=Seen.UNCHANGED)), ImportStep.CONFIRMED, ()),
        (word(ItemWord(seen=Seen.WARNED, words=("no en-US",))), ImportStep.CONFIRMED, ("no en-US",)),
        (word(ItemWord(seen=Seen.REFUSED, words=("no",))), ImportStep.REFUSED, ("no",)),
        (
            word(ItemWord(seen=Seen.TAKEN), ItemWord(seen=Seen.REFUSED, words=("no",))),
            ImportStep.REFUSED,
            ("no",),
        ),
        (word(ItemWord(seen=Seen.TAKEN), ItemWord(seen=Seen.OPEN)), None, ()),
        (word(ItemWord(seen=Seen.EXPIRED)), ImportStep.DUE, ("overtaken by another version",)),
        (word(ended=Ended.OPEN), None, ()),
        (word(ended=Ended.WELL), ImportStep.CONFIRMED, ()),
        (None, None, ()),
    ],
)
def test_a_word_decides_what_comes_next(
    said: RequestWord | None, step: ImportStep | None, words: tuple[str, ...]
) -> None:
    verdict = judge(said, SENT, waited=10, patience=1800, most=6)
    assert (verdict.step if verdict else None) is step
    assert (verdict.words[: len(words)] if verdict else ()) == words


def test_without_a_word_it_is_due_again_after_the_patience_and_listed_in_the_end() -> None:
    due = judge(None, SENT, waited=1800, patience=1800, most=6)
    assert due is not None
    assert due.step is ImportStep.DUE
    listed = judge(None, replace(SENT, attempts=6), waited=1800, patience=1800, most=6)
    assert listed is not None
    assert listed.step is ImportStep.REFUSED


def test_unchanged_means_what_became_of_the_version_before() -> None:
    unchanged = word(ItemWord(seen=Seen.UNCHANGED))
    refused = replace(SENT, step=ImportStep.REFUSED, words=("no company",))
    again = replace(SENT, words=carried(refused, digest="d"))
    verdict = judge(unchanged, again, waited=10, patience=1800, most=6)
    assert verdict is not None
    assert (verdict.step, verdict.words[0]) == (ImportStep.REFUSED, "no company")
    taken = judge(word(ItemWord(seen=Seen.TAKEN)), again, waited=10, patience=1800, most=6)
    assert taken is not None
    assert taken.step is ImportStep.CONFIRMED
    assert carried(refused, digest="another") == ()


def test_words_do_not_grow_however_often_a_refused_record_is_sent_again() -> None:
    state = replace(SENT, step=ImportStep.REFUSED, words=("no company",))
    lengths = set()
    for _ in range(5):
        verdict = judge(
            word(ItemWord(seen=Seen.UNCHANGED)),
            replace(SENT, words=carried(state, digest="d")),
            waited=1,
            patience=1800,
            most=6,
        )
        assert verdict is not None
        state = verdict.after(SENT, at=START + timedelta(seconds=1))
        lengths.add(len(state.words))
    assert lengths == {2}


def test_what_was_stored_without_a_name_is_due_until_it_was_so_too_often() -> None:
    assert nameless(SENT, most=6).step is ImportStep.DUE
    assert nameless(replace(SENT, attempts=6), most=6).step is ImportStep.REFUSED


@given(
    size=st.integers(1, 300),
    guilty=st.sets(st.integers(0, 299), max_size=6),
    names=st.sampled_from(["guilty", "nobody"]),
    most=st.integers(1, 300),
)
def test_narrowing_refuses_the_guilty_and_sends_every_other_record_exactly_once(
    size: int, guilty: set[int], names: str, most: int
) -> None:
    guilty = {each for each in guilty if each < size}
    narrowing = Narrowing(range(size), code=str)
    taken: list[int] = []
    refused: list[int] = []
    requests = 0
    while (part := narrowing.next()) is not None:
        assert part
        requests += 1
        bad = [each for each in part if each in guilty]
        if len(part) > most:
            refused += [each for each, _ in narrowing.turned_down(part, TooLarge(said="too long"))]
        elif bad:
            named = {str(each): ("no",) for each in bad} if names == "guilty" else {}
            answer = TurnedDown(guilty=named, general=("somebody",))
            refused += [each for each, _ in narrowing.turned_down(part, answer)]
        else:
            narrowing.taken()
            taken += part
    refused += [each for each, _ in narrowing.believed]
    assert sorted(refused) == sorted(guilty)
    assert sorted(taken) == sorted(set(range(size)) - guilty)
    if most >= size:
        assert requests <= 1 + 2 * max(len(guilty), 1) * 9
