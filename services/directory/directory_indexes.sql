-- What the lists are ordered and narrowed by. They are made after a first fill: row by row they would cost more than all else.
CREATE INDEX directory_rank ON projection.directory (place, person);
CREATE INDEX directory_heading ON projection.directory (heading, person);
CREATE INDEX directory_net ON projection.directory (net_minor, person);
CREATE INDEX directory_seen ON projection.directory (last_seen, person);
CREATE INDEX directory_name ON projection.directory (sort_name, person);
CREATE INDEX directory_moved ON projection.directory ((dial - dial_before), person) WHERE dial >= 0 AND dial_before >= 0;
CREATE INDEX directory_manager ON projection.directory (manager, place) WHERE manager <> '';
CREATE INDEX directory_tier ON projection.directory (tier, place, person);
CREATE INDEX directory_tier_net ON projection.directory (tier, net_minor, person);
CREATE INDEX directory_complaints ON projection.directory (place) WHERE open_complaints > 0;
CREATE INDEX directory_stores ON projection.directory USING gin (stores);
CREATE INDEX directory_segments ON projection.directory USING gin (segments);
CREATE INDEX directory_key_person ON projection.directory_key (person);
