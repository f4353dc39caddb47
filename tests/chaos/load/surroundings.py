"""What the load needs of the stack it runs against."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from devstack import Stack
from devstack.control import ControlApi

from .customers import ChaosCustomer


class Surroundings(Protocol):
    """A running stack with its customers; tests.chaos.stack.ChaosStack is one."""

    @property
    def stack(self) -> Stack: ...

    @property
    def customers(self) -> Sequence[ChaosCustomer]: ...

    @property
    def basware(self) -> ControlApi: ...

    @property
    def peoplesoft(self) -> ControlApi: ...

    @property
    def run_dir(self) -> Path: ...
