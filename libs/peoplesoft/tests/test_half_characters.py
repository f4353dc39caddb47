"""Half a character in an answer costs that character, not the answer."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft.half_characters import WholeCharacters
from peoplesoft.query_json import JsonRows
from peoplesoft.testing.answers import call
from peoplesoft.testing.query_answers import json_answer

PIECES = st.lists(
    st.sampled_from(
        ("\\", '"', "a", "u", "\ud83d", "\ude00", "\ud83d\ude00", "ü", "\n", "\\ud83d", "dc00", "\ufffd")
    ),
    max_size=12,
).map("".join)


def mended(body: bytes, cuts: Sequence[int] = ()) -> bytes:
    whole = WholeCharacters()
    edges = sorted({0, *(cut % len(body) for cut in cuts), len(body)})
    return b"".join(whole.feed(body[start:end]) for start, end in pairwise(edges))


@given(PIECES, st.lists(st.integers(0, 200), max_size=20), st.booleans())
def test_only_halves_are_replaced_wherever_the_pieces_end(text: str, cuts: list[int], upper: bool) -> None:
    body = json.dumps([text]).encode()
    if upper:
        body = body.replace(b"\\ud83d", b"\\uD83D").replace(b"\\ude00", b"\\uDE00")
    # Joined halves are one character to the decoder, so what is left of halves stood alone.
    expected = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in json.loads(body)[0])
    assert json.loads(mended(body, cuts)) == [expected]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("Caf\ud83d", "Caf\ufffd"),
        ("\ude00tail", "\ufffdtail"),
        ("\ud83dé", "\ufffdé"),
        ("\ud83d\ud83d\ude00", "\ufffd😀"),
        ("\\ud83d", "\\ud83d"),
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_cell_cut_within_a_character_is_read_and_so_are_all_others(
    cell: str, read: str, ascii_only: bool
) -> None:
    body = json_answer([{"A.DESCR": "HERE", "A.SETID": "SHARE"}, {"A.DESCR": "next", "A.SETID": "SHARE"}])
    spelt = json.dumps(cell).encode()
    if not ascii_only:
        spelt = spelt.replace(rb"\u00e9", "é".encode())
    reader, rows = JsonRows(query="APS_ACCOUNTS", call=call(saves=False)), []
    for byte in body.replace(b'"HERE"', spelt):
        rows += reader.feed(bytes([byte]))
    reader.finish()
    assert [row["DESCR"] for row in rows] == [read, "next"]
