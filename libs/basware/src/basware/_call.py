"""One call as its errors describe it."""

from dataclasses import dataclass

from basware.errors import AnswerTooLarge, InvalidRequest, OutcomeUnknown, ProtocolError, RetryLater


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Which operation, on which host, for which record, and whether it changes anything there."""

    operation: str
    remote: str
    record: str | None = None
    writes: bool = False

    def not_sent(self, message: str, *, advice: str | None = None) -> RetryLater:
        """No connection came about, so nothing reached the remote."""
        return RetryLater(
            message, operation=self.operation, remote=self.remote, record=self.record, advice=advice
        )

    def answer_lost(self, message: str) -> RetryLater | OutcomeUnknown:
        """The request left and no whole answer came back; a read is simply read again."""
        kind = OutcomeUnknown if self.writes else RetryLater
        return kind(
            message,
            operation=self.operation,
            remote=self.remote,
            record=self.record,
            may_have_taken_effect=self.writes,
        )

    def protocol_error(
        self,
        message: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        excerpt: str = "",
        advice: str | None = None,
    ) -> ProtocolError:
        """Something came back that is not an answer; only a 3xx or 4xx shows that a write was not done."""
        undone = status is not None and 300 <= status < 500
        return ProtocolError(
            message,
            operation=self.operation,
            remote=self.remote,
            record=self.record,
            status=status,
            request_id=request_id,
            excerpt=excerpt,
            advice=advice,
            may_have_taken_effect=self.writes and not undone,
        )

    def too_large(self, max_bytes: int, *, status: int) -> AnswerTooLarge:
        """The answer goes beyond its bound; a write was carried out or not as its status says."""
        return AnswerTooLarge(
            f"the answer is larger than {max_bytes} bytes",
            operation=self.operation,
            remote=self.remote,
            record=self.record,
            status=status,
            may_have_taken_effect=self.writes and not 300 <= status < 500,
        )

    def invalid(self, message: str, *, field: str, limit: str) -> InvalidRequest:
        """The request breaks a published limit."""
        return InvalidRequest(
            message,
            field=field,
            limit=limit,
            operation=self.operation,
            remote=self.remote,
            record=self.record,
        )
