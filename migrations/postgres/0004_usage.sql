-- What calls used. No foreign keys: a record that was paid for is never refused.

CREATE TABLE usage_record (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    api_key_id TEXT COLLATE "C" NOT NULL,
    key_revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    requested TEXT COLLATE "C" NOT NULL,
    alias TEXT COLLATE "C",
    matching TEXT,
    model TEXT COLLATE "C" NOT NULL,
    provider_id TEXT NOT NULL,
    protocol TEXT NOT NULL,
    stream BIGINT NOT NULL CHECK (stream IN (0, 1)),
    status BIGINT NOT NULL,
    error TEXT,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    cache_write_1h_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('provider', 'estimated', 'none')),
    -- Pico-USD.
    cost BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    first_byte_ms BIGINT,
    agent TEXT
);
CREATE INDEX usage_record_key ON usage_record (api_key_id, at);
CREATE INDEX usage_record_account ON usage_record (account_id, at);
CREATE INDEX usage_record_alias ON usage_record (api_key_id, alias, at);

-- Sums per key and UTC day (days since 1970), kept with the records, for lists that must not read every record.
CREATE TABLE usage_daily (
    api_key_id TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    PRIMARY KEY (api_key_id, day)
);
