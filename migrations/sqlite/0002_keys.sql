-- API keys, their secrets, their aliases. Every write under a key begins with
-- `UPDATE api_key SET revision = revision + 1`, which locks the row.

CREATE TABLE api_key (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    owner_id TEXT REFERENCES person (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    display TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'deleted')),
    expires_at INTEGER,
    -- JSON lists; a missing list of models allows all.
    allowed_models TEXT,
    allowed_addresses TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    last_used_at INTEGER,
    last_used_agent TEXT,
    revision INTEGER NOT NULL DEFAULT 0,
    aliases_version INTEGER NOT NULL DEFAULT 0,
    -- Kept by the triggers below, so that no way in, and no race, makes a 21st alias.
    alias_count INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT api_key_alias_limit CHECK (alias_count BETWEEN 0 AND 20)
) STRICT;
-- A deleted key stays, since usage points at it, but frees its name.
CREATE UNIQUE INDEX api_key_name ON api_key (account_id, name) WHERE state <> 'deleted';
CREATE INDEX api_key_owner ON api_key (owner_id);

CREATE TABLE api_key_secret (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    api_key_id TEXT NOT NULL REFERENCES api_key (id),
    display TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Missing for the current secret.
    valid_until INTEGER
) STRICT;
CREATE INDEX api_key_secret_key ON api_key_secret (api_key_id);
CREATE UNIQUE INDEX api_key_secret_current ON api_key_secret (api_key_id) WHERE valid_until IS NULL;

CREATE TABLE alias (
    api_key_id TEXT NOT NULL REFERENCES api_key (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^a-z0-9._:/-]*'),
    matching TEXT NOT NULL CHECK (matching IN ('exact', 'prefix')),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 3 AND 64),
    PRIMARY KEY (api_key_id, name)
) STRICT;
CREATE TRIGGER alias_added AFTER INSERT ON alias BEGIN
    UPDATE api_key SET alias_count = alias_count + 1 WHERE id = NEW.api_key_id;
END;
CREATE TRIGGER alias_removed AFTER DELETE ON alias BEGIN
    UPDATE api_key SET alias_count = alias_count - 1 WHERE id = OLD.api_key_id;
END;
CREATE TRIGGER alias_stays BEFORE UPDATE OF api_key_id ON alias BEGIN
    SELECT RAISE(ABORT, 'an alias cannot move to another key');
END;

CREATE TABLE alias_version (
    api_key_id TEXT NOT NULL REFERENCES api_key (id),
    version INTEGER NOT NULL CHECK (version > 0),
    saved_at INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    -- A JSON list of {name, match, target}.
    aliases TEXT NOT NULL,
    PRIMARY KEY (api_key_id, version)
) STRICT;

CREATE TABLE link (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('setup', 'reset', 'key_secret')),
    person_id TEXT REFERENCES person (id),
    api_key_id TEXT REFERENCES api_key (id),
    payload BLOB,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX link_expires ON link (expires_at);
