"""The door for producers on Kafka: from the intake, where they write, to the log of record, which only we write."""
