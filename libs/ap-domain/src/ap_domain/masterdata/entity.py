"""The entities of master data, as they are named in keys, connections, commands and metrics."""

from enum import StrEnum

__all__ = ["LIST_PREFIX", "Kind", "import_rank", "kind_of", "list_key"]

LIST_PREFIX = "list:"


class Kind(StrEnum):
    """Kinds of entities, in the order in which Basware needs them: payment terms before suppliers."""

    PAYMENT_TERMS = "payment_terms"
    TAX_CODES = "tax_codes"
    ACCOUNTS = "accounts"
    COST_CENTERS = "cost_centers"
    PROJECTS = "projects"
    EXCHANGE_RATES = "exchange_rates"
    LIST = "list"
    SUPPLIERS = "suppliers"


def kind_of(entity: str) -> Kind:
    """The kind of an entity: its own name, or LIST for ``list:ACC_LIST_1``. Raises ValueError for anything else."""
    return Kind.LIST if entity.startswith(LIST_PREFIX) else Kind(entity)


def list_key(entity: str) -> str:
    """Basware's key of a generic list: ``ACC_LIST_1`` of ``list:ACC_LIST_1``. Raises ValueError."""
    if not entity.startswith(LIST_PREFIX):
        raise ValueError(f"{entity} is no generic list")
    return entity.removeprefix(LIST_PREFIX)


def import_rank(entity: str) -> int:
    """Entities of a lower rank are imported first: payment terms before suppliers and tax codes before accounts, which
    refer to them. Entities of one rank do not wait for each other.
    """
    return 1 if kind_of(entity) in {Kind.SUPPLIERS, Kind.ACCOUNTS} else 0
