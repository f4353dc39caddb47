"""The groups of commands, each imported only when it is asked for: most of a command's time would be imports."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command, get_group

__all__ = ["GROUPS", "LazyGroups"]

GROUPS = (
    "parked",
    "invoice",
    "flow",
    "masterdata",
    "payments",
    "voucher",
    "reconcile",
    "connection",
    "mapping",
    "topics",
    "audit",
)
"""Each is a module of this package with an ``app``, in the order of the help page."""

COMMANDS = ("reconcile",)
"""Those of them that are one command, without others below it."""


class LazyGroups(TyperGroup):
    """A group whose sub-groups are `GROUPS`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Modules()

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, without importing what they stand for."""
        return list(self.commands)


class _Modules(MutableMapping[str, Any]):
    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in GROUPS:
            raise KeyError(name)
        if name not in self._loaded:
            made = get_command if name in COMMANDS else get_group
            command = made(import_module(f"apstream_cli.{name}").app)
            command.name = name
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError("groups are modules named in GROUPS")

    def __delitem__(self, name: str) -> None:
        raise TypeError("groups are modules named in GROUPS")

    def __iter__(self) -> Iterator[str]:
        return iter(GROUPS)

    def __len__(self) -> int:
        return len(GROUPS)
