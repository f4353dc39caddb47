"""The tables of APIs and lists, as others rely on them. What the vendor says about them is a contract test's."""

import pytest
from basware import GENERIC_LISTS, IMPORTS, MASTERDATA_SCOPES, import_scopes, list_api


def test_a_batch_of_suppliers_is_smaller_than_the_others() -> None:
    assert {name: api.most_records for name, api in IMPORTS.items() if api.most_records != 500} == {
        "vendors": 200
    }
    assert list_api("ACC_LIST_1").most_records == 500


@pytest.mark.parametrize(
    ("key", "last_text", "length", "last_number", "last_date"),
    [
        ("ACC_LIST_1", 5, 250, 3, 0),
        ("ACC_LIST_10", 5, 250, 3, 0),
        ("ACC_LIST_11", 5, 50, 3, 0),
        ("ACC_LIST_20", 5, 50, 3, 0),
        ("ACC_LIST_21", 10, 250, 5, 5),
        ("ACC_LIST_30", 10, 250, 5, 5),
        ("ACC_LIST_31", 25, 250, 10, 10),
        ("ACC_LIST_35", 25, 250, 10, 10),
        ("INV_LIST_1", 5, 250, 0, 0),
        ("INV_LIST_10", 5, 250, 0, 0),
        ("INV_LIST_11", 10, 250, 5, 5),
        ("INV_LIST_20", 10, 250, 5, 5),
        ("CUST_RESOLVER_1", 15, 250, 15, 15),
        ("CUST_RESOLVER_5", 15, 250, 15, 15),
    ],
)
def test_a_list_has_the_columns_of_its_family(
    key: str, last_text: int, length: int, last_number: int, last_date: int
) -> None:
    columns = GENERIC_LISTS[key]
    assert columns.text_length == length
    wanted = [
        *(f"text_{n}" for n in range(1, last_text + 1)),
        *(f"number_{n}" for n in range(1, last_number + 1)),
        *(f"dateValue_{n}" for n in range(1, last_date + 1)),
    ]
    assert list(columns) == wanted


def test_a_token_is_asked_for_what_is_imported_and_no_more() -> None:
    lists = [list_api("ACC_LIST_1"), list_api("ACC_LIST_2")]
    assert import_scopes([IMPORTS["vendors"], *lists]) == (
        "vendors.read",
        "vendors.write",
        "lists.read",
        "lists.write",
        "requestStatus.read",
        "requestStatus.write",
    )
    assert set(import_scopes([*IMPORTS.values(), *lists])) == set(MASTERDATA_SCOPES)
    assert len(MASTERDATA_SCOPES) == 18
