"""What a service stands on: settings, logging, metrics, health, topics, Avro, producer, effect ledger, connections."""
