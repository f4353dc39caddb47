"""A strict and nasty stand-in for Basware's API, for tests, demos and evaluation.

It is written from the vendor's published contract alone and shares no code with the client it tests.
"""

from .simulator import Simulator

__all__ = ["Simulator"]
