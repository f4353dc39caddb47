"""The import: what Basware has been told of each record is brought to what PeopleSoft has."""
