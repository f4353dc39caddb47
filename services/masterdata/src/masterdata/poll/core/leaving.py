"""How many active records one read would deactivate, and whether that is too many to be believed."""

from collections import Counter

from ap_domain.masterdata import EntityPlan, deactivation_guard
from ap_domain.masterdata.external_code import scope_of

__all__ = ["Leaving"]


class Leaving:
    """Counted over the whole entity, and under each of its SetIDs: one whose query answers nothing is not half a table.

    ``accepted`` is the number a person has seen and accepted, None when nobody was asked: as many may go, and the
    floor beyond; but that none would be left is only believed when exactly as many go as were accepted.
    """

    def __init__(self, entity: EntityPlan, *, prefix: str, accepted: int | None) -> None:
        self._entity = entity
        self._prefix = prefix
        self._accepted = accepted
        scopes = tuple(scope for scope in entity.companies if entity.scope)
        self._scopes = scopes if len(scopes) > 1 else ()
        self._known = 0
        self._known_under: Counter[str] = Counter()
        self._leaving_under: Counter[str] = Counter()
        self.number = 0
        """Active records that would be deactivated."""

    def knows(self, external_code: str) -> None:
        """A record that was active before the read."""
        self._known += 1
        self._count(self._known_under, external_code)

    def leaves(self, external_code: str) -> None:
        """One of those that must not be active any more."""
        self.number += 1
        self._count(self._leaving_under, external_code)

    @property
    def is_held_for_good(self) -> bool:
        """Whether the answer stays no, whatever else is read."""
        return self.number > (self._accepted or 0) and self._guard() is not None

    def why_held(self) -> str | None:
        """Why a person must look first; None when all of them may be deactivated."""
        if self.number == self._accepted:
            return None
        return self._guard() or self._emptied_scope()

    def _guard(self) -> str | None:
        return deactivation_guard(
            known_active=self._known,
            deactivated=self.number,
            limit=self._entity.shrink_limit,
            floor=self._entity.shrink_floor,
            accepted=self._accepted or 0,
        )

    def _emptied_scope(self) -> str | None:
        for scope in self._scopes:
            known = self._known_under[scope]
            if self._leaving_under[scope] >= known > 1:
                return f"none of the {known} active records under {self._entity.scope} {scope} would be left"
        return None

    def _count(self, counter: Counter[str], external_code: str) -> None:
        scope = scope_of(external_code, self._scopes, prefix=self._prefix) if self._scopes else None
        if scope is not None:
            counter[scope] += 1
