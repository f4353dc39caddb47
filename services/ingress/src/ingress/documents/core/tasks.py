"""The task ids that a document's entry remembers: those that were told, and those of them that led nowhere. Pure."""

from collections.abc import Callable

REMEMBERED_TASKS = 20
TASK_PREFIX = "sweep-"
"""How the task ids begin that a sweep makes."""
TRIES = 3
"""How often at most something is tried in vain where only our own telling would go on with it."""

_IN_VAIN = " (in vain)"


def told(tasks: tuple[str, ...], task: str) -> tuple[str, ...]:
    """With this one, the latest, remembered."""
    return (*tasks, task)[-REMEMBERED_TASKS:]


def from_sweep(task: str) -> bool:
    """Whether a sweep told of it, also when it led nowhere."""
    return task.startswith(TASK_PREFIX)


def led_nowhere(tasks: tuple[str, ...], which: Callable[[str], bool] = lambda _: True) -> tuple[str, ...]:
    """Those of them marked as tried in vain: told again, such a task is no repetition. Counted up to `TRIES`."""
    marked: list[str] = []
    for task in tasks:
        if task.endswith(_IN_VAIN) or not which(task):
            marked.append(task)
        elif times_in_vain(tasks, task) < TRIES:
            marked.append(task + _IN_VAIN)
    return tuple(marked)


def times_in_vain(tasks: tuple[str, ...], task: str) -> int:
    """How often this task led nowhere, up to `TRIES`."""
    return tasks.count(task + _IN_VAIN)


def sweeps_in_vain(tasks: tuple[str, ...]) -> int:
    """How many tellings of a sweep led nowhere since something was published."""
    return sum(from_sweep(task) and task.endswith(_IN_VAIN) for task in tasks)
