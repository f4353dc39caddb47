"""The traffic of a chaos run: what people and vendors do all the time, whatever else is broken meanwhile."""

from .customers import ChaosCustomer, make_customers, planted_secrets, specs
from .probe import Probe, Stuck
from .resting import Restless
from .surroundings import Surroundings
from .traffic import Load

__all__ = [
    "ChaosCustomer",
    "Load",
    "Probe",
    "Restless",
    "Stuck",
    "Surroundings",
    "make_customers",
    "planted_secrets",
    "specs",
]
