-- Who pays and who signs in. Times are unix milliseconds, truth values 0 or 1, identifiers UUIDs in text.

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_name ON account (name);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL CHECK (email = lower(email)),
    role TEXT NOT NULL CHECK (role IN ('admin', 'owner', 'viewer')),
    account_id TEXT REFERENCES account (id),
    password_hash TEXT,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at INTEGER NOT NULL,
    CONSTRAINT person_of_an_account CHECK (role = 'admin' OR account_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX person_account ON person (account_id);

-- Found by the SHA-256 of the cookie's token, so that a copy of the table signs nobody in.
CREATE TABLE session (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    person_id TEXT REFERENCES person (id)
) STRICT;
CREATE INDEX session_person ON session (person_id, seen_at);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE throttle (
    subject TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    window_start INTEGER NOT NULL,
    blocked_until INTEGER,
    last_at INTEGER NOT NULL
) STRICT;
CREATE INDEX throttle_last ON throttle (last_at);
