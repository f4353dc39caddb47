import os

import pytest


def test_tests_that_share_a_stack_share_a_worker(request: pytest.FixtureRequest) -> None:
    """Without groups every worker starts brokers and services of its own, and each slows all others down."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@tools/devstack/tests")
