"""What the import stands on: Basware's API, and Kafka for contents and words."""
