-- Facts about the installation as a whole, in one row.

CREATE TABLE installation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Sealed under the master key that the database was set up with, so that another one is noticed at start.
    key_check BLOB NOT NULL
) STRICT;
