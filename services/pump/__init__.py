"""The pump: keeps the projections in step with the log on Kafka, as one of a group."""
