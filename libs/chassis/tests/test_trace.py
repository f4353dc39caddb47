import pytest
from chassis.trace import HEADER, TraceContext

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_travels_through_headers() -> None:
    trace = TraceContext.start()
    assert TraceContext.from_headers([("other", b"x"), *trace.to_headers()]) == trace
    assert TraceContext.parse(GOOD) is not None
    assert trace.child().trace_id == trace.trace_id
    assert trace.child().span_id != trace.span_id


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        GOOD[:-1],
        GOOD.upper(),
        GOOD.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        GOOD.replace("b7ad6b7169203331", "0" * 16),
        "ff" + GOOD[2:],
        GOOD + "-extra",
        "\u0660" + GOOD[1:],
    ],
)
def test_a_malformed_header_is_no_trace(header: str) -> None:
    assert TraceContext.parse(header) is None
    assert TraceContext.from_headers([(HEADER, header.encode())]) is None


def test_a_later_version_with_more_fields_is_understood() -> None:
    assert TraceContext.parse("01" + GOOD[2:] + "-extra") is not None
