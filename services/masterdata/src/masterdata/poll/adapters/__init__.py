"""PeopleSoft's queries and the topics."""
