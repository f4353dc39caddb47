"""Services that watch sources and compare what should be with what is: tables, schedules, one owner per shard.

Every write of theirs is an overwrite that may be repeated; what a crash or an overlap leaves undone, the next look
finds. Services whose calls may not be repeated stand on `chassis.ledger`.
"""
