"""The codec of answers: every digit and byte kept, every record found, nothing read that is not whole."""

import contextlib
import json
from decimal import Decimal

import pytest
from basware._json import Json, NotJson, parse, records
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4).map(
    lambda d: d.normalize() + Decimal("0.0")
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
DOCUMENTS = st.dictionaries(st.text(max_size=8).filter(lambda n: n != "documents"), VALUES, max_size=3)
BLANKS = st.text(alphabet=" \t\r\n", max_size=3)


def written(value: Json) -> str:
    """JSON with the digits of every Decimal as they are."""
    match value:
        case Decimal():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(name)}:{written(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(written, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


@given(VALUES)
def test_a_value_comes_back_as_it_was_written(value: Json) -> None:
    text = written(value)
    again = (
        parse(text.encode("utf-8", "surrogatepass"))
        if text.isprintable()
        else json.loads(text, parse_float=Decimal)
    )
    assert again == value
    assert written(again) == text


@given(
    documents=st.lists(DOCUMENTS, max_size=3),
    blank=BLANKS,
    wrapped=st.booleans(),
    beside=DOCUMENTS,
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_every_record_is_found_with_its_own_bytes(
    *, documents: list[dict[str, Json]], blank: str, wrapped: bool, beside: dict[str, Json], mark: bytes
) -> None:
    own = [written(document) for document in documents]
    listed = f"{blank}[{blank}" + f"{blank},{blank}".join(own) + f"{blank}]{blank}"
    extra = written(beside)[1:-1]
    text = f'{{{extra}{"," if extra else ""}"documents":{listed}}}' if wrapped else listed
    found = list(records(mark + text.encode(), wrapper="documents"))
    assert [element.value for element in found] == documents
    assert [element.raw.decode() for element in found] == own
    assert [parse(element.raw) for element in found] == documents


@given(documents=st.lists(DOCUMENTS, min_size=1, max_size=2), data=st.data())
def test_an_answer_that_was_cut_short_is_never_taken_for_a_whole_one(
    documents: list[dict[str, Json]], data: st.DataObject
) -> None:
    body = f'{{"documents":[{",".join(map(written, documents))}]}}'.encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(NotJson):
        list(records(body[:cut], wrapper="documents"))


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_clear_error(body: bytes) -> None:
    with contextlib.suppress(NotJson):
        value = parse(body)
        (element,) = records(b"[" + body.removeprefix(b"\xef\xbb\xbf") + b"]", wrapper="x")
        assert element.value == value


@given(name=st.text(max_size=8), inner=VALUES, outer=VALUES, depth=st.integers(0, 5))
def test_a_name_that_comes_twice_is_refused_at_any_depth(
    name: str, inner: Json, outer: Json, depth: int
) -> None:
    key = json.dumps(name)
    text = f"{{{key}:{written(inner)},{key}:{written(outer)}}}"
    for _ in range(depth):
        text = f'{{"a":[{text}]}}'
    with pytest.raises(NotJson, match="twice"):
        parse(text.encode())
    with pytest.raises(NotJson, match="twice"):
        list(records(f"[{text}]".encode(), wrapper="documents"))


@pytest.mark.parametrize(
    "text", ["0.00", "-0.0", "1E+2", "1e-7", "1160.000", "0.1000000000000000055511151231257827"]
)
def test_the_digits_of_a_number_are_those_that_were_sent(text: str) -> None:
    value = parse(text.encode())
    assert isinstance(value, Decimal)
    assert value == Decimal(text)
    assert value.as_tuple() == Decimal(text).as_tuple()
