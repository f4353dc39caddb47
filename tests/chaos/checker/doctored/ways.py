"""Ways to break a promise in evidence in which everything held, each named by how; for tests of the checker."""

from collections.abc import Callable

from tests.chaos.checker.findings import Verdict, Weight
from tests.chaos.checker.judging import verdict

from .example import good
from .made_up import Run

Doctor = Callable[[Run], object]


class Doctored:
    """A table of such ways, with the promise that each breaks and the weight of what is found."""

    def __init__(self) -> None:
        self.ways: dict[str, tuple[Doctor, str, Weight]] = {}

    def breaks(self, promise: str, weight: Weight = Weight.BROKEN) -> Callable[[Doctor], Doctor]:
        """Notes a way; its name says how."""

        def noted(doctor: Doctor) -> Doctor:
            self.ways[doctor.__name__] = (doctor, promise, weight)
            return doctor

        return noted

    def missed(self, name: str) -> str:
        """Why the checker did not notice this way as it should; empty where it did."""
        doctor, promise, weight = self.ways[name]
        run = good()
        doctor(run)
        found = judged(run)
        if (promise, weight) in {(each.promise, each.weight) for each in found.findings} and not found.ok:
            return ""
        return f"no {weight} of {promise!r} among\n{found}"


def judged(run: Run, *, at_rest: bool = True) -> Verdict:
    """What the checker says of a run that was made up."""
    return verdict(run.evidence(), at_rest=at_rest)
