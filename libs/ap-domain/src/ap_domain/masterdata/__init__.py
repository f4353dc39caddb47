"""Master data: what PeopleSoft has, as Basware's coders may pick it."""

from ap_domain.masterdata.cases import MasterDataCase, parse_masterdata_cases, run_masterdata_case
from ap_domain.masterdata.deactivation import deactivated, deactivation_guard
from ap_domain.masterdata.effective_dating import current_rows
from ap_domain.masterdata.entity import Kind, import_rank, kind_of, list_key
from ap_domain.masterdata.map_record import map_record
from ap_domain.masterdata.mapped import Mapped
from ap_domain.masterdata.masterdata_document import parse_masterdata
from ap_domain.masterdata.plan import (
    EntityPlan,
    ImportLimit,
    MasterDataPlan,
    PartPlan,
    Prompts,
    QueryOwner,
    QueryRoute,
)
from ap_domain.masterdata.source_rows import Row, SourceFault, SourceGroup

__all__ = [
    "EntityPlan",
    "ImportLimit",
    "Kind",
    "Mapped",
    "MasterDataCase",
    "MasterDataPlan",
    "PartPlan",
    "Prompts",
    "QueryOwner",
    "QueryRoute",
    "Row",
    "SourceFault",
    "SourceGroup",
    "current_rows",
    "deactivated",
    "deactivation_guard",
    "import_rank",
    "kind_of",
    "list_key",
    "map_record",
    "parse_masterdata",
    "parse_masterdata_cases",
    "run_masterdata_case",
]
