"""Of two pictures of a voucher one is newer, also when one poll ran twice."""

from datetime import timedelta

import pytest
from ap_domain.payments import supersedes

from .conftest import NOW, Pictured

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("poll_offset", "moved", "newer"),
    [
        (8, -SECOND, True),
        (6, SECOND, False),
        (7, SECOND, True),
        (7, timedelta(0), True),
        (7, -SECOND, False),
    ],
    ids=[
        "later poll",
        "earlier poll",
        "later run of the poll",
        "the same once more",
        "earlier run of the poll",
    ],
)
def test_the_later_poll_counts_and_of_one_poll_the_later_run(
    pictured: Pictured, poll_offset: int, moved: timedelta, newer: bool
) -> None:
    picture = pictured({}, poll_offset=poll_offset, observed_at=NOW + moved)
    assert supersedes(picture, poll_offset=7, observed_at=NOW) is newer


def test_where_nobody_kept_when_it_was_observed_the_topic_s_order_counts(pictured: Pictured) -> None:
    assert supersedes(pictured({}, poll_offset=7), poll_offset=7, observed_at=None)
    assert not supersedes(pictured({}, poll_offset=6), poll_offset=7, observed_at=None)
