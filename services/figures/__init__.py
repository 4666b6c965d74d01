"""Why figures of a customer are what they are: the events behind each figure of their page, and the reckoning."""
