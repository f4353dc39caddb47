"""Everything that is done to the stack on purpose; each heals itself."""

from .fault import Fault, Scene
from .points import PointBook

__all__ = ["Fault", "PointBook", "Scene"]
