from ingress.web.seen_tasks import SeenTasks


def test_a_task_is_known_by_connection_task_and_document() -> None:
    seen = SeenTasks()
    seen.remember(connection_id="a", task_id="t", document_id="d")
    assert seen.known(connection_id="a", task_id="t", document_id="d")
    assert not seen.known(connection_id="b", task_id="t", document_id="d")
    assert not seen.known(connection_id="a", task_id="t", document_id="e")


def test_the_oldest_tasks_and_connections_are_forgotten() -> None:
    seen = SeenTasks(per_connection=2, connections=2)
    for task in ("1", "2", "1", "3"):
        seen.remember(connection_id="a", task_id=task, document_id="d")
    assert [seen.known(connection_id="a", task_id=task, document_id="d") for task in "123"] == [
        True,
        False,
        True,
    ]
    seen.remember(connection_id="b", task_id="1", document_id="d")
    seen.remember(connection_id="c", task_id="1", document_id="d")
    assert not seen.known(connection_id="a", task_id="3", document_id="d")
    assert seen.known(connection_id="b", task_id="1", document_id="d")


def test_one_busy_connection_does_not_make_another_forget() -> None:
    seen = SeenTasks(per_connection=3, connections=10)
    seen.remember(connection_id="quiet", task_id="1", document_id="d")
    for number in range(100):
        seen.remember(connection_id="busy", task_id=str(number), document_id="d")
    assert seen.known(connection_id="quiet", task_id="1", document_id="d")
