"""What a person's command does to a document's fetches. Pure."""

from dataclasses import replace
from datetime import datetime

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.fetch_state import FetchState, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Note
from chassis.ledger.words import words

FetchEntry = Entry[FetchState]
FetchDecision = Decision[FetchState]


def ordered(entry: FetchEntry | None, command: Command, *, now: datetime) -> FetchDecision:
    """A command about this document: carried out, refused with the reason, or not for this ledger at all."""
    if command.ledger is not CommandedLedger.DOCUMENTS:
        return Decision(entry=entry)
    refusal = _refusal(entry, command, now=now)
    if refusal is not None or entry is None:
        return Decision(entry=entry, notes=(_answer("command refused", command, said=refusal or ""),))
    body = replace(entry.body, again=False)
    if command.action is Action.RESUBMIT:
        after = replace(
            entry, phase=Phase.WAITING, step=Step.FETCH, due=now, attempts=0, reason="", stop=None, body=body
        )
        said = "it is fetched again"
    else:
        reason = words(f"discarded by {command.actor}: {command.reason}")
        after = replace(
            entry,
            phase=Phase.FINAL,
            step=Step.FETCHED,
            due=None,
            reason=reason,
            stop=None,
            missed=(),
            body=body,
        )
        said = "nothing more is done about it here until Basware changes it"
    return Decision(entry=after, notes=(_answer("command applied", command, said=said),))


def _refusal(entry: FetchEntry | None, command: Command, *, now: datetime) -> str | None:
    """Why the command cannot be carried out, in words for who gave it; None if it can."""
    if entry is None:
        return f"nothing is known of a document {command.record_id}"
    if command.expires_at < now:
        return f"it expired at {command.expires_at.isoformat()}; look at the document and order again"
    if command.expected_sequence != entry.sequence:
        return (
            f"it was given for version {command.expected_sequence} of the entry, which has version "
            f"{entry.sequence} by now; look at the document and order again"
        )
    if entry.phase is not Phase.PARKED:
        return f"the document is not parked but {entry.phase}: there is nothing to decide"
    if command.action is Action.SEND_BACK:
        return (
            "the document was never published, so there is no invoice to send back: "
            "return it in Basware, or resubmit or discard it here"
        )
    if command.action not in (Action.RESUBMIT, Action.DISCARD):
        return f"{command.action} is no order about a document"
    return None


def _answer(action: str, command: Command, *, said: str) -> Note:
    return Note(
        action=action,
        detail={
            "command": command.command_id,
            "action": str(command.action),
            "by": command.actor,
            "reason": words(command.reason),
            "said": said,
        },
    )
