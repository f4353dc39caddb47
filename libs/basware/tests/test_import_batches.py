"""How records become one request, and when it is too large."""

import asyncio
import json

import pytest
from basware import IMPORTS, MOST_IMPORT_BYTES, InvalidRequest
from basware._call import Call
from basware._import_batch import make_batch
from hypothesis import given
from hypothesis import strategies as st

CALL = Call(operation="import_records", remote="api.example", writes=True)


@pytest.mark.parametrize("over", [0, 1])
async def test_the_size_of_a_request_is_counted_in_bytes_with_brackets_and_commas(over: int) -> None:
    empty = json.dumps({"externalCode": "B", "name": ""}, ensure_ascii=False)
    first = json.dumps({"externalCode": "A", "name": "ä" * 1_000_000}, ensure_ascii=False)
    left = MOST_IMPORT_BYTES - len(f"[{first},{empty}]".encode())
    second = empty.replace('""', '"' + "x" * (left + over) + '"')
    if over:
        with pytest.raises(InvalidRequest, match=str(MOST_IMPORT_BYTES + 1)):
            await make_batch([first, second], CALL, target=IMPORTS["vendors"])
    else:
        batch = await make_batch([first, second], CALL, target=IMPORTS["vendors"])
        assert len(batch.body) == MOST_IMPORT_BYTES


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    contents=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=36).filter(str.strip),
        st.dictionaries(st.text(max_size=8).filter(lambda name: name != "externalCode"), VALUES, max_size=4),
        min_size=1,
        max_size=10,
    ),
    indent=st.sampled_from([None, 1]),
)
def test_a_batch_parses_back_to_its_records(
    contents: dict[str, dict[str, object]], indent: int | None
) -> None:
    wanted = [{"externalCode": code, **content} for code, content in contents.items()]
    texts = [json.dumps(record, indent=indent) for record in wanted]
    batch = asyncio.run(make_batch(texts, CALL, target=IMPORTS["accounts"]))
    assert json.loads(batch.body) == wanted
    assert batch.external_codes == set(contents)
