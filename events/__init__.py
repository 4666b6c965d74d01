"""What happened: the event model, its wire codec and the logs that hold it."""
