-- Models and providers. `data` is the row of the catalog file as it came; what an admin sets stands beside it and wins.

CREATE TABLE catalog_state (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO catalog_state (id, revision) VALUES (1, 0);

CREATE TABLE provider (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 40),
    data TEXT NOT NULL,
    enabled BIGINT NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    -- Set by an admin; missing: as in `data`.
    base_url TEXT,
    protocol TEXT,
    credential_env TEXT,
    credential BYTEA,
    updated_at BIGINT NOT NULL
);

CREATE TABLE model (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 3 AND 64),
    provider_id TEXT NOT NULL REFERENCES provider (id),
    data TEXT NOT NULL,
    enabled BIGINT NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    -- 1 once a newer file no longer has it.
    retired BIGINT NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    updated_at BIGINT NOT NULL
);
CREATE INDEX model_provider ON model (provider_id);
