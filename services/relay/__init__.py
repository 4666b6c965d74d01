"""The relay: publishes what the database holds for others, signals and dead letters, on Kafka."""
