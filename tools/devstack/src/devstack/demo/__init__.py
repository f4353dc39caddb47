"""The demo at work: invoices approved, watched and acted on, and both sides' books held against what was expected."""

from devstack.demo.demonstration import demonstrate

__all__ = ["demonstrate"]
