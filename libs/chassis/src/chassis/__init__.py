"""What a service stands on: settings, logs, health, topics, Avro, producer, effect ledger, connections."""
