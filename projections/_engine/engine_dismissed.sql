-- A parked event that will never be right, such as a conflict, can be dismissed: the tables go on without it.
ALTER TABLE engine.dead_letter ADD COLUMN dismissed_at timestamptz;
ALTER TABLE engine.dead_letter ADD COLUMN dismissed text NOT NULL DEFAULT ''; -- because of what

-- What waits for somebody.
CREATE INDEX dead_letter_open ON engine.dead_letter (parked_at) WHERE missed <> '{}' AND dismissed_at IS NULL;
