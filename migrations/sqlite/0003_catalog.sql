-- Models and providers. `data` is the row of the catalog file as it came; what an admin sets stands beside it and wins.

CREATE TABLE catalog_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO catalog_state (id, revision) VALUES (1, 0);

CREATE TABLE provider (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 40),
    data TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    -- Set by an admin; missing: as in `data`.
    base_url TEXT,
    protocol TEXT,
    credential_env TEXT,
    credential BLOB,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE model (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 3 AND 64),
    provider_id TEXT NOT NULL REFERENCES provider (id),
    data TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    -- 1 once a newer file no longer has it.
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX model_provider ON model (provider_id);
