"""What lies in the topics of master data, followed as it comes."""

from tests.journeys.topic_watch import TopicWatch

POLLS = "masterdata.polls"
RESULTS = "masterdata.poll-results"
RECORDS = "peoplesoft.master-data"
IMPORTS = "masterdata.imports"
AUDIT = "audit.masterdata"
UNREADABLE = "ap.unreadable"
SHUT = ("confirmed", "refused")
"""The words on a record after which nothing is sent any more."""


class MasterDataWatch(TopicWatch):
    """With what Basware must still be told."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap, (POLLS, RESULTS, RECORDS, IMPORTS, AUDIT, UNREADABLE))

    def unsettled(self, connection_id: str) -> list[str]:
        """Records of which Basware must still be told, or whose word on them is awaited."""
        told = self.latest(IMPORTS, connection_id)
        return [
            f"{key}: {told[key].value['step'] if key in told else 'nothing was told'}"
            for key, record in self.latest(RECORDS, connection_id).items()
            if key not in told
            or told[key].value["digest"] != record.value["digest"]
            or told[key].value["step"] not in SHUT
        ]
