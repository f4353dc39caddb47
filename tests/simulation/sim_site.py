"""What the voucher poster of a run talks to, and what the invoices there say."""

from collections.abc import Callable
from dataclasses import dataclass

from ap_domain.natural_key import NaturalKey

from .sim_basware import Basware
from .sim_peoplesoft import UNIT, PeopleSoft
from .sim_remotes import Network
from .sim_sends import Sends


@dataclass(frozen=True, slots=True)
class Content:
    """What a revision of an invoice says: two invoices with one number and supplier are the same to PeopleSoft."""

    revision: str
    number: str
    supplier: str

    @property
    def natural_key(self) -> NaturalKey:
        return NaturalKey(
            business_unit=UNIT, vendor_setid="SHARE", vendor_id=self.supplier, invoice_id=self.number
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Both remotes of a run, and what its documents say: the contents by revision and, by invoice, the current one."""

    network: Network
    basware: Basware
    peoplesoft: PeopleSoft
    sends: Sends
    contents: dict[str, Content]
    current: Callable[[str], Content]
    adopts: bool
    version: Callable[[], int]
    ordered: Callable[[str], bool]
