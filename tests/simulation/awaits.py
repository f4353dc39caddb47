"""Every place of the shipped ledger at which a process can be stopped: the awaits, found in the source itself."""

import ast
import inspect
from asyncio import Task
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from chassis.ledger import calls, missed, owner, stops, transaction, worker

from .sim_loop import where

MODULES = (owner, calls, stops, missed, transaction, worker)


@cache
def sites() -> tuple[str, ...]:
    """`file:line function` of each await, async for and async with."""
    return tuple(sorted({name for lines in _by_file().values() for name in lines.values()}))


def target(seed: int, *, within: str = "") -> str:
    """The await a seed aims at: all in turn, the hard to reach more often, not in step with the worlds."""
    targets = tuple(site for site in _targets() if site.startswith(within))
    return targets[seed // 5 % len(targets)]


_RARE = ("_canary", "tell_stop", "_decide", "_next_group", "read_missed")


def is_hard(site: str) -> bool:
    """Reached only after a certain fault, so the first time counts."""
    return site.split()[1] in (*_RARE, "close", "revoked") or site in _last("_commit")


@cache
def _last(function: str) -> tuple[str, ...]:
    """The abort of a transaction stands before its commit, both last in their function."""
    return tuple(sorted(site for site in sites() if site.split()[1] == function))[-2:-1]


@cache
def _targets() -> tuple[str, ...]:
    hard = tuple(site for site in sites() if site.split()[1] in _RARE)
    leaving = tuple(site for site in sites() if site.split()[1] in ("run", "_commit", "revoked"))
    return (*sites(), *hard, *hard, *leaving)


def is_frequent(site: str) -> bool:
    """Passed at every decision or call: which of the many times matters."""
    return site.split()[1] in ("commit", "_commit", "_write", "_run", "_outcome")


@cache
def _by_file() -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for module in MODULES:
        path = inspect.getfile(module)
        lines: dict[int, str] = {}
        for function in ast.walk(ast.parse(Path(path).read_text())):
            if isinstance(function, ast.AsyncFunctionDef) and not _is_stub(function):
                for node in ast.walk(function):
                    if _suspends(node):
                        name = f"{Path(path).name}:{node.lineno} {function.name}"
                        last = node.end_lineno if isinstance(node, ast.Await) else node.lineno
                        for line in range(node.lineno, (last or node.lineno) + 1):
                            lines.setdefault(line, name)
        found[path] = lines
    return found


def _suspends(node: Any) -> bool:
    """Entering and leaving `asyncio.timeout` does not suspend; leaving a task group does."""
    if isinstance(node, ast.AsyncWith):
        return "TaskGroup" in ast.dump(node.items[0].context_expr)
    return isinstance(node, ast.Await | ast.AsyncFor)


def _is_stub(function: ast.AsyncFunctionDef) -> bool:
    last = function.body[-1]
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...


@cache
def reached(site: str) -> Callable[[Any], bool]:
    """Whether the task step that a loop just ran left the task suspended at the site: quick, as most did not."""
    file, function = site.split(":", maxsplit=1)[0], site.split()[1]
    path = next(path for path in _by_file() if Path(path).name == file)
    lines = frozenset(line for line, name in _by_file()[path].items() if name == site)
    code = next(code for code in _codes(path) if code.co_name == function and lines & _lines(code))

    def is_there(callback: Any) -> bool:
        task = getattr(callback, "__self__", None)
        if not isinstance(task, Task) or task.done():
            return False
        inner: Any = task.get_coro()
        while (found := getattr(inner, "cr_code", None)) is not None:
            if found is code and inner.cr_frame is not None and inner.cr_frame.f_lineno in lines:
                return True
            inner = inner.cr_await
        return False

    return is_there


def _codes(path: str) -> list[CodeType]:
    module = next(module for module in MODULES if inspect.getfile(module) == path)
    owners = [module, *(each for each in vars(module).values() if inspect.isclass(each))]
    functions = [each for owner in owners for each in vars(owner).values() if inspect.isfunction(each)]
    return [each.__code__ for each in functions if each.__code__.co_filename == path]


def _lines(code: CodeType) -> frozenset[int]:
    return frozenset(line for _, _, line in code.co_lines() if line is not None)


def suspended_at(coroutine: Any) -> set[str]:
    """The awaits of the ledger this coroutine is suspended in."""
    files = _by_file()
    return {files[path][line] for path, line in where(coroutine) if path in files and line in files[path]}


for _site in sites():
    reached(_site)  # found while nothing of the ledger is patched: a sabotage would hide what it replaces
