"""The tasks that were lately accepted, so that a repeated webhook is recognised and not published twice.

Only a convenience: what it forgets (a restart, an old task) is published again and does nothing, because the document
is fetched afresh and acted on only in a waiting status.
"""

from collections import OrderedDict


class SeenTasks:
    """Remembers the latest `per_connection` tasks of each of the latest `connections` connections."""

    def __init__(self, *, per_connection: int = 1000, connections: int = 1000) -> None:
        self._per_connection = per_connection
        self._connections = connections
        self._seen: OrderedDict[str, OrderedDict[tuple[str, str], None]] = OrderedDict()

    def remember(self, *, connection_id: str, task_id: str, document_id: str) -> None:
        """To be called once the notification is durable, not before: a lost one must come again."""
        tasks = self._seen.setdefault(connection_id, OrderedDict())
        self._seen.move_to_end(connection_id)
        tasks[task_id, document_id] = None
        tasks.move_to_end((task_id, document_id))
        if len(tasks) > self._per_connection:
            tasks.popitem(last=False)
        if len(self._seen) > self._connections:
            self._seen.popitem(last=False)

    def known(self, *, connection_id: str, task_id: str, document_id: str) -> bool:
        """Whether exactly this task about this document was accepted from this connection."""
        return (task_id, document_id) in self._seen.get(connection_id, ())
