"""Master data: what PeopleSoft has, as Basware's coders may pick it."""
