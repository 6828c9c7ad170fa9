-- Whether answers carry the name that the client asked for, in place of the real id.

ALTER TABLE alias ADD COLUMN keeps_name BIGINT NOT NULL DEFAULT 0 CHECK (keeps_name IN (0, 1));
