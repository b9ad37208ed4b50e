-- Which topic the version of an order came from: offsets of one partition compare only within one topic, and a
-- topic created anew under its name counts from 0 again. NULL in rows from before this migration.
ALTER TABLE orders ADD COLUMN kafka_topic_id uuid;

ALTER TABLE dead_letters
  -- open: not mended yet. replayed: its order is stored. superseded: a newer version of its order is.
  ADD COLUMN status           text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'replayed', 'superseded')),
  ADD COLUMN attempts         integer NOT NULL DEFAULT 0,
  ADD COLUMN last_attempt_at  timestamptz,
  -- When the topic of dead letters acknowledged it, or why that refuses it for good (it is too large).
  ADD COLUMN published_at     timestamptz,
  ADD COLUMN publish_error    text;

-- For the removal of old ones.
CREATE INDEX dead_letters_created_at ON dead_letters (created_at);
-- For the topic of dead letters, in the order in which they were kept.
CREATE INDEX dead_letters_unpublished ON dead_letters (id) WHERE published_at IS NULL AND publish_error IS NULL;
-- For the replay of all that match.
CREATE INDEX dead_letters_open ON dead_letters (id) WHERE status = 'open';

-- Each try to mend a dead letter.
CREATE TABLE dead_letter_attempts (
  dead_letter_id   bigint NOT NULL REFERENCES dead_letters (id) ON DELETE CASCADE,
  attempt          integer NOT NULL, -- from 1
  at               timestamptz NOT NULL DEFAULT now(),
  outcome          text NOT NULL CHECK (outcome IN ('replayed', 'superseded', 'invalid')),
  order_uid        text COLLATE "C", -- of the order that it turned out to be
  code             text,
  reason           text,
  errors           json NOT NULL, -- as in dead_letters; empty unless it was invalid
  corrected_value  bytea, -- what was given instead of the bytes of the record; NULL: these
  PRIMARY KEY (dead_letter_id, attempt)
);
