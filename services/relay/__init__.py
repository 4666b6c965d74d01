"""The relay: brings what the database holds for others, the desk's events and signals too, onto the log and Kafka."""
