"""Who asks: the ways in, and what people and systems see."""
