"""The checker of a chaos run: holds topics, books, logs, metrics and history against every promise.

It imports nothing of libs/, services/, simulators/ or tools/, so that it misreads nothing that they misread. It is
written from DESIGN, docs/architecture.md, the published schemas and the simulators' control APIs.
"""

from .evidence import Evidence
from .findings import Finding, Verdict, Weight
from .gathering import gather
from .judging import verdict
from .where import Where

__all__ = ["Evidence", "Finding", "Verdict", "Weight", "Where", "gather", "verdict"]
