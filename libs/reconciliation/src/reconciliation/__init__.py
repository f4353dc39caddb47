"""Reads both systems and our ledger afresh, and says where they differ."""
