"""PeopleSoft's queries and inquiry, and the topics."""
