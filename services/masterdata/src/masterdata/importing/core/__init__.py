"""The rules of the import, behind ports: what to send, when, and what an answer means."""
