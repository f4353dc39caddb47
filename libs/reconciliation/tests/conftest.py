"""Both systems in memory: Basware's documents and PeopleSoft's queries, as their clients show them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.reconciliation import LedgerInvoice, LedgerOutcome, Reconciliation
from basware import BaswareError, FetchedDocument, NotFound
from chassis.connections import BaswareSide, ComponentInterface, Connection, PeopleSoftSide
from chassis.connections.secret import Secret
from peoplesoft import QueryRequest, QueryRow
from peoplesoft.testing.query_source import RowsInMemory
from reconciliation import reconcile

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 22)
PAYMENT_KEY = ("VOUCHER_ID", "PYMNT_CNT")


def connection(**more: Any) -> Connection:
    """A connection of two companies, without a section `payments` unless one is given."""
    return Connection(
        id="acme",
        version=1,
        shard=0,
        stage="test",
        basware=BaswareSide(
            base_url="http://127.0.0.1:1",
            client_id="acme",
            client_secret=Secret("secret"),
            company_codes=("BW00", "BW01"),
            webhook_secrets=(Secret("secret"),),
            record_spacing=timedelta(seconds=5),
        ),
        peoplesoft=PeopleSoftSide(
            base_url="http://127.0.0.1:1",
            node="PSFT_EP",
            operator="APSTREAM",
            password=Secret("secret"),
            authentication="basic",
            component_interface=ComponentInterface(name="AP_VOUCHER", wsdl="x"),
            business_units=("US001", "US002"),
            settle_time=timedelta(minutes=15),
            match=("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"),
        ),
        mapping={"business_units": {"BW00": "US001", "BW01": "US002"}, "setid": "SHARE", "origin": "BSW"},
        **more,
    )


def document(invoice_id: str, status: str = "Transferred", **changes: Any) -> dict[str, Any]:
    """One invoice over 116.00 EUR as Basware shows it, transferred as voucher v<id> unless said otherwise."""
    transferred = status in ("Transferred", "Paid")
    response = {"externalCode": "t", "success": True, "responseMessage": "ok", "paymentBlock": False}
    return {
        "invoiceId": invoice_id,
        "invoiceNumber": f"n/{invoice_id}",
        "processingStatus": status,
        "companyCode": "BW00",
        "supplierCode": "7",
        "currencyCode": "EUR",
        "netSum": 100,
        "grossSum": 116,
        "taxSum1": 16,
        "invoiceDate": "2026-11-18T00:00:00Z",
        "voucherDate": "2026-11-18T00:00:00Z",
        "paymentBlock": False,
        "lastUpdated": "2026-11-20T10:00:00Z",
        "codingRows": [
            {
                "externalCode": "1",
                "rowIndex": 1,
                "accountCode": "61000",
                "costCenterCode": "41000",
                "netTotal": 100,
                "grossTotal": 116,
                "taxSum": 16,
            }
        ],
        "voucherNumber1": f"v{invoice_id}" if transferred else None,
        "transferResponses": [response] if transferred else [],
        **changes,
    }


def voucher(invoice_id: str, **changes: Any) -> QueryRow:
    """Its row in the queries of vouchers."""
    return {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": f"v{invoice_id}",
        "ENTRY_STATUS": "P",
        "INVOICE_ID": f"N/{invoice_id}".upper(),
        "VENDOR_SETID": "SHARE",
        "VENDOR_ID": "0000000007",
        "GROSS_AMT": Decimal("116.00"),
        "TXN_CURRENCY_CD": "EUR",
        "ORIGIN": "BSW",
        "ENTERED_DT": "2026-11-20",
        "ACCOUNTING_DT": "2026-11-18",
        "LAST_UPDATE_DT": "2026-11-20T10:05:00",
        **changes,
    }


def paid(invoice_id: str, amount: str = "116.00", **changes: Any) -> QueryRow:
    """A scheduled payment that was paid."""
    return {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": f"v{invoice_id}",
        "PYMNT_CNT": Decimal(1),
        "PYMNT_SELCT_STATUS": "P",
        "PYMNT_ACTION": "S",
        "PYMNT_TYPE": "R",
        "PYMNT_METHOD": "CHK",
        "PYMNT_HOLD": "N",
        "PYMNT_HOLD_REASON": None,
        "PYMNT_GROSS_AMT": Decimal(amount),
        "PAID_AMT": Decimal(amount),
        "PAID_AMT_GROSS": Decimal(amount),
        "PAID_AMT_DSCNT": Decimal(0),
        "WTHD_AMT": Decimal(0),
        "CURRENCY_PYMNT": "EUR",
        "DUE_DT": "2026-11-20",
        "SCHEDULED_PAY_DT": "2026-11-20",
        "PYMNT_ID": "0000000001",
        "PYMNT_ID_REF": "4711",
        "PYMNT_DT": "2026-11-20",
        "PYMNT_STATUS": "P",
        "CANCEL_ACTION": None,
        "CANCEL_DT": None,
        "NETTED": "N",
        "LAST_UPDATE_DT": "2026-11-20T10:05:00",
        **changes,
    }


def entry(invoice_id: str, **changes: Any) -> LedgerInvoice:
    """Its entry in our ledger: posted, confirmed, quiet since days."""
    given: dict[str, Any] = {
        "invoice_id": invoice_id,
        "outcome": LedgerOutcome.POSTED,
        "invoice_number": f"n/{invoice_id}",
        "business_unit": "US001",
        "voucher_id": f"v{invoice_id}",
        "vendor_setid": "SHARE",
        "vendor_id": "0000000007",
        "mapped_number": f"n/{invoice_id}",
        "gross": Decimal("116.00"),
        "currency": "EUR",
        "posted_on": date(2026, 11, 20),
        "changed_at": NOW - timedelta(days=3),
    }
    return LedgerInvoice(**{**given, **changes})


@dataclass
class FakeBasware:
    """`reconciliation.Documents`. ``fails`` is raised where a list of that status would be read."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    fails: dict[str, BaswareError] = field(default_factory=dict)
    asked: list[tuple[str, str | None, datetime | None]] = field(default_factory=list)
    single: list[str] = field(default_factory=list)

    async def list_documents(
        self,
        *,
        processing_status: str,
        company_code: str | None = None,
        last_updated: datetime | None = None,
        max_documents: int | None = None,
    ) -> AsyncIterator[FetchedDocument]:
        self.asked.append((processing_status, company_code, last_updated))
        if processing_status in self.fails:
            raise self.fails[processing_status]
        for each in list(self.documents):
            updated = datetime.fromisoformat(each["lastUpdated"])
            listed = each["processingStatus"] == processing_status and each["companyCode"] == company_code
            if listed and (last_updated is None or updated > last_updated):
                yield FetchedDocument(invoice_id=each["invoiceId"], raw=b"{}", content=each)

    async def get_document(self, invoice_id: str) -> FetchedDocument:
        self.single.append(invoice_id)
        for each in self.documents:
            if each["invoiceId"] == invoice_id:
                return FetchedDocument(invoice_id=invoice_id, raw=b"{}", content=each)
        raise NotFound("there is no such document", operation="get_document", record=invoice_id)


@dataclass
class FakePeopleSoft:
    """The three queries. ``before`` is called with each request, to change what is there or to raise."""

    vouchers: list[QueryRow] = field(default_factory=list)
    payments: list[QueryRow] = field(default_factory=list)
    before: Callable[[QueryRequest], None] = lambda _: None
    asked: list[QueryRequest] = field(default_factory=list)

    def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        self.asked.append(query)
        self.before(query)
        key = PAYMENT_KEY if query.name == "APS_VOUCHER_PAYMENTS" else PAYMENT_KEY[:1]
        return RowsInMemory(key=key, table=list(self._shown(query))).rows(query)

    def _shown(self, query: QueryRequest) -> Iterator[QueryRow]:
        prompts = dict(query.prompts)
        days = (prompts["FROM_DAY"], prompts["TO_DAY"]) if query.name == "APS_VOUCHERS_ENTERED" else None
        for row in self.payments if query.name == "APS_VOUCHER_PAYMENTS" else self.vouchers:
            if row["BUSINESS_UNIT"] != prompts["BUSINESS_UNIT"]:
                continue
            if days is None or days[0] <= str(row["ENTERED_DT"]) <= days[1]:
                yield row


@dataclass
class World:
    """Both systems and our ledger; `run` reconciles them."""

    basware: FakeBasware = field(default_factory=FakeBasware)
    peoplesoft: FakePeopleSoft = field(default_factory=FakePeopleSoft)
    ledger: list[LedgerInvoice] = field(default_factory=list)
    connection: Connection = field(default_factory=connection)
    said: list[str] = field(default_factory=list)

    def add(self, invoice_id: str) -> None:
        """An invoice that came to its end: posted, paid and told."""
        told = {"success": True, "paidTotal": 116, "paymentBlock": False}
        self.basware.documents.append(document(invoice_id, paymentResponses=[told]))
        self.peoplesoft.vouchers.append(voucher(invoice_id))
        self.peoplesoft.payments.append(paid(invoice_id))
        self.ledger.append(entry(invoice_id))

    async def run(self, *, first_day: date = FIRST, last_day: date = LAST) -> Reconciliation:
        return await reconcile(
            self.connection,
            first_day=first_day,
            last_day=last_day,
            ledger=self.ledger,
            basware=self.basware,
            peoplesoft=self.peoplesoft,
            clock=lambda: NOW,
            progress=self.said.append,
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make() -> Any:
    """The builders of what each side shows."""

    class Make:
        connection = staticmethod(connection)
        document = staticmethod(document)
        voucher = staticmethod(voucher)
        paid = staticmethod(paid)
        entry = staticmethod(entry)
        now = NOW

    return Make
