"""The records and books of an account and a supplier that coders can pick in Basware."""

import json

from tests.chaos.checker.records import (
    IMPORTS,
    MASTER_DATA,
    MASTER_DATA_RESULTS,
    PUBLISHED_TABLE,
)

from .made_up import Run, at, said


def master_data(run: Run) -> None:
    """PeopleSoft has the two, they are published and imported, and a full poll was complete."""
    account = {
        "field": "ACCOUNT",
        "value": "500100",
        "setid": "SHARE",
        "effdt": "1900-01-01",
        "status": "A",
        "descr": "Rent",
        "statistics": False,
        "budgetary_only": False,
        "changed_at": said(5),
    }
    supplier = {
        "setid": "SHARE",
        "vendor_id": "0000000007",
        "status": "A",
        "name": "Acme GmbH",
        "short_name": "",
        "default_location": "MAIN",
        "locations": [{"vndr_loc": "MAIN", "effdt": "1900-01-01", "status": "A", "terms": "30"}],
        "changed_at": said(6),
    }
    run.reference = {"chart_fields": [account], "suppliers": [supplier]}
    for entity, code, content in (
        ("accounts", "SHARE_500100", {"accountNames": [{"language": "en-US", "accountName": "Rent"}]}),
        ("suppliers", "SHARE_0000000007", {"name": "Acme GmbH", "paymentTerms": {"paymentTermCode": "30"}}),
    ):
        whole = {**content, "companies": [{"companyCode": "BW00", "active": True}]}
        version = run.put(
            MASTER_DATA,
            run.key(entity, code),
            {
                "connection_id": "acme",
                "entity": entity,
                "external_code": code,
                "active": True,
                "content": json.dumps(whole),
                "digest": f"digest of {code}",
                "problems": [],
                "poll_id": "p1",
            },
            seconds=20,
        )
        row = {"digest": f"digest of {code}", "active": True, "offset": version.offset}
        run.put(PUBLISHED_TABLE, run.key(entity, code), row, seconds=21)
        state = {
            "connection_id": "acme",
            "entity": entity,
            "external_code": code,
            "step": "confirmed",
            "digest": f"digest of {code}",
            "sequence": 1,
            "words": [],
        }
        run.put(IMPORTS, run.key(entity, code), state, seconds=22)
        run.pickable[entity] = [
            {"externalCode": code, "active": True, "companies": ["BW00"], "content": whole}
        ]
        run.put(
            MASTER_DATA_RESULTS,
            run.key(entity, "full"),
            {
                "connection_id": "acme",
                "subject": entity,
                "kind": "full",
                "outcome": "complete",
                "watermark": said(60),
                "started_at": at(60),
            },
            seconds=61,
        )
