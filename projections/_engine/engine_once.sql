-- Of signals that say the same ``once`` there is one of a kind and subject, whichever event was the first to raise it.
ALTER TABLE engine.signal ADD COLUMN once text;
CREATE UNIQUE INDEX signal_once ON engine.signal (subject, kind, once) WHERE once IS NOT NULL;
