"""The demo at work: invoices approved, watched, acted on, paid, and both books held against what was expected."""

from devstack.demo.demonstration import demonstrate
from devstack.demo.pay_cycles import go_on_paying

__all__ = ["demonstrate", "go_on_paying"]
