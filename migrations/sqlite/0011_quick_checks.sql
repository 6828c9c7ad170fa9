-- A list of three values or more is looked up in a table that SQLite fills anew for every row that is checked: with two such
-- lists, adding a record took half as long again. Compared one by one, nothing is filled. A check cannot be changed, so the
-- table is made anew.

CREATE TABLE usage_record_new (
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
    source TEXT NOT NULL CHECK (source = 'provider' OR source = 'estimated' OR source = 'none'),
    -- Pico-USD.
    cost INTEGER NOT NULL,
    latency_ms INTEGER NOT NULL,
    first_byte_ms INTEGER,
    agent TEXT,
    -- What came of each try, as JSON; NULL where the first one did.
    attempts TEXT,
    state TEXT NOT NULL DEFAULT 'settled'
        CHECK (state = 'settled' OR state = 'partial' OR state = 'unknown' OR state = 'released'),
    -- Pico-USD that were reserved for the call.
    held INTEGER NOT NULL DEFAULT 0,
    price_id INTEGER,
    entry_id TEXT,
    service_tier TEXT,
    searches INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO usage_record_new (id, account_id, api_key_id, key_revision, at, requested, alias, matching, model, provider_id,
    protocol, stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens,
    cache_write_1h_tokens, reasoning_tokens, source, cost, latency_ms, first_byte_ms, agent, attempts, state, held, price_id,
    entry_id, service_tier, searches)
SELECT id, account_id, api_key_id, key_revision, at, requested, alias, matching, model, provider_id,
    protocol, stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens,
    cache_write_1h_tokens, reasoning_tokens, source, cost, latency_ms, first_byte_ms, agent, attempts, state, held, price_id,
    entry_id, service_tier, searches FROM usage_record ORDER BY id;
DROP TABLE usage_record;
ALTER TABLE usage_record_new RENAME TO usage_record;
CREATE INDEX usage_record_key ON usage_record (api_key_id, id);
CREATE INDEX usage_record_account ON usage_record (account_id, id);
CREATE INDEX usage_record_failed ON usage_record (account_id, id) WHERE status >= 400;
