-- What calls used. No foreign keys: a record that was paid for is never refused.

CREATE TABLE usage_record (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    api_key_id TEXT NOT NULL,
    key_revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    requested TEXT NOT NULL,
    alias TEXT,
    matching TEXT,
    model TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    protocol TEXT NOT NULL,
    stream INTEGER NOT NULL CHECK (stream IN (0, 1)),
    status INTEGER NOT NULL,
    error TEXT,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('provider', 'estimated', 'none')),
    -- Pico-USD.
    cost INTEGER NOT NULL,
    latency_ms INTEGER NOT NULL,
    first_byte_ms INTEGER,
    agent TEXT
) STRICT;
CREATE INDEX usage_record_key ON usage_record (api_key_id, at);
CREATE INDEX usage_record_account ON usage_record (account_id, at);
CREATE INDEX usage_record_alias ON usage_record (api_key_id, alias, at);

-- Sums per key and UTC day (days since 1970), kept with the records, for lists that must not read every record.
CREATE TABLE usage_daily (
    api_key_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, day)
) STRICT;
