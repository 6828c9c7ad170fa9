-- Who pays and who signs in. Times are unix milliseconds, truth values 0 or 1, identifiers UUIDs in text.

CREATE TABLE account (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_name ON account (name);

CREATE TABLE person (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL CHECK (email = lower(email)),
    role TEXT NOT NULL CHECK (role IN ('admin', 'owner', 'viewer')),
    account_id TEXT COLLATE "C" REFERENCES account (id),
    password_hash TEXT,
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    created_at BIGINT NOT NULL,
    CONSTRAINT person_of_an_account CHECK (role = 'admin' OR account_id IS NOT NULL)
);
CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX person_account ON person (account_id);

-- Found by the SHA-256 of the cookie's token, so that a copy of the table signs nobody in.
CREATE TABLE session (
    hash BYTEA NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    person_id TEXT REFERENCES person (id)
);
CREATE INDEX session_person ON session (person_id, seen_at);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE throttle (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL CHECK (failures >= 0),
    window_start BIGINT NOT NULL,
    blocked_until BIGINT,
    last_at BIGINT NOT NULL
);
CREATE INDEX throttle_last ON throttle (last_at);
