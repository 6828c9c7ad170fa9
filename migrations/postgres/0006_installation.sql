-- Facts about the installation as a whole, in one row.

CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Sealed under the master key that the database was set up with, so that another one is noticed at start.
    key_check BYTEA NOT NULL
);
