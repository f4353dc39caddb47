"""Which seeds ran on which code, and what they showed: a file that grows over days."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from .runs import Summary

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    "libs/ap-domain/src",
    "libs/chassis/src/chassis/ledger",
    "services/voucher-poster/src/voucher_poster/core",
    "services/ingress/src/ingress/documents/core",
    "tests/simulation",
)
"""All that a seed runs through: with the same digest, the same seed is the same run."""


def digest_of_the_code(root: Path = ROOT) -> str:
    """SHA-256 over names and contents of the Python files of `CODE`."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def merged(ranges: list[list[int]]) -> list[list[int]]:
    """Half-open ranges in order, those that touch made one."""
    found: list[list[int]] = []
    for first, end in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([first, end])
    return found


@dataclass(slots=True, kw_only=True)
class Record:
    """What ran on this code, beside what ran on others. `done` are half-open ranges of seeds."""

    folder: Path
    digest: str
    others: list[dict[str, Any]] = field(default_factory=list)
    commit: str = ""
    begun: str = ""
    done: list[list[int]] = field(default_factory=list)
    violations: dict[int, list[str]] = field(default_factory=dict)
    steps: int = 0
    simulated_hours: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)

    @classmethod
    def open(cls, folder: Path, digest: str) -> Self:
        """What the newest file holds is gone on with, under whatever date it was begun."""
        files = sorted(folder.glob("simulation-*.json"))
        runs = json.loads(files[-1].read_text())["runs"] if files else []
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        record = cls(folder=folder, digest=digest, commit=_commit(), begun=now)
        for run in runs:
            if run["code"] == digest:
                record._take(run)
            else:
                record.others.append(run)
        return record

    def _take(self, run: dict[str, Any]) -> None:
        self.begun, self.commit, self.done = run["begun"], run["commit"], run["seeds"]
        self.violations = {int(seed): said for seed, said in run["violations"].items()}
        self.steps, self.simulated_hours = run["steps"], run["simulated_hours"]
        self.faults, self.killed = Counter(run["faults"]), Counter(run["killed_at"])

    def missing(self, seeds: range, *, size: int) -> list[range]:
        """The seeds that have not run on this code yet, in pieces of at most `size`."""
        pieces: list[range] = []
        at = seeds.start
        for first, end in [*self.done, [seeds.stop, seeds.stop]]:
            upto = min(first, seeds.stop)
            pieces += [range(start, min(start + size, upto)) for start in range(at, upto, size)]
            at = max(at, end)
        return pieces

    def add(self, chunk: range, summary: Summary) -> None:
        """These seeds ran."""
        self.done = merged([*self.done, [chunk.start, chunk.stop]])
        self.violations |= summary.violations
        self.steps += summary.steps
        self.simulated_hours += summary.seconds / 3600
        self.faults += summary.faults
        self.killed += summary.crashed

    @property
    def seeds(self) -> int:
        """How many ran."""
        return sum(end - first for first, end in self.done)

    def save(self) -> None:
        """Written whole, then put in place."""
        files = sorted(self.folder.glob("simulation-*.json"))
        path = files[-1] if files else self.folder / f"simulation-{datetime.now(UTC):%Y-%m-%d}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps({"runs": [*self.others, self._as_run()]}, indent=1) + "\n")
        beside.replace(path)

    def _as_run(self) -> dict[str, Any]:
        return {
            "code": self.digest,
            "commit": self.commit,
            "begun": self.begun,
            "ended": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "seeds": self.done,
            "count": self.seeds,
            "violations": {str(seed): said for seed, said in sorted(self.violations.items())},
            "steps": self.steps,
            "simulated_hours": round(self.simulated_hours, 1),
            "faults": dict(self.faults.most_common(30)),
            "killed_at": dict(sorted(self.killed.items())),
        }

    def table(self) -> str:
        """Each code that seeds ran on, this one last."""
        lines = [f"{'code':<12} {'commit':<12} {'seeds':>9} {'hours':>9} {'violations':>10}  seeds ran"]
        for run in [*self.others, self._as_run()]:
            ranges = ", ".join(f"{first}-{end - 1}" for first, end in run["seeds"])
            lines.append(
                f"{run['code'][:12]:<12} {run['commit'][:12]:<12} {run['count']:>9} "
                f"{run['simulated_hours']:>9.0f} {len(run['violations']):>10}  {ranges}"
            )
        lines += [f"seed {seed}: {'; '.join(said)}" for seed, said in sorted(self.violations.items())]
        return "\n".join(lines)


def _commit() -> str:
    """Where the code stands, with a plus where it was changed since."""
    changed = "+" if _git("status", "--porcelain", "--", *CODE) else ""
    return _git("rev-parse", "HEAD")[:12] + changed


def _git(*asked: str) -> str:
    """Nothing outside a checkout."""
    answer = subprocess.run(  # noqa: S603 - git, with words of our own
        ["git", "-C", str(ROOT), *asked],  # noqa: S607 - as it is found on the path
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()
