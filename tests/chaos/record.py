"""The record of a run in bench/results."""

import json
import os
import platform
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devstack.jvm import REPOSITORY

from .keeper import Ending
from .rounds import Course
from .table import Row, as_json

RESULTS = REPOSITORY / "bench" / "results"


def as_record(
    *,
    course: Course,
    table: list[Row],
    endings: list[Ending],
    seed: int,
    seconds: float,
    markers_skipped: int,
    markers_missed: int,
    points_reached: list[str],
    points_left: list[str],
) -> dict[str, Any]:
    """Everything a reader of the figures needs, without addresses and names of this machine."""
    ended = Counter((each.name.rpartition("-")[0], each.status) for each in endings)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "rounds": max((each.round for each in course.injected), default=0),
        "seconds": round(seconds),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "faults": as_json(table),
        "markers_skipped": markers_skipped,
        "markers_missed": markers_missed,
        "points_reached": points_reached,
        "points_left": points_left,
        "process_ends": {f"{name} {status}": times for (name, status), times in sorted(ended.items())},
        "verdicts": [
            {
                "lost": len(each.lost),
                "twice": len(each.twice),
                "broken": len(each.broken),
                "exempt": len(each.exempt),
                "counts": dict(each.counts),
            }
            for each in course.verdicts
        ],
        "problems": course.problems,
    }


def write(record: dict[str, Any], directory: Path = RESULTS) -> Path:
    """One file a day, with all its runs."""
    file = directory / f"chaos-{record['at'][:10]}.json"
    runs = json.loads(file.read_text())["runs"] if file.exists() else []
    file.write_text(json.dumps({"runs": [*runs, record]}, indent=2) + "\n")
    return file
