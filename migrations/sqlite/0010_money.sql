-- Money and limits: what an account may spend, what it has spent, and how gateways share what is left of it.

ALTER TABLE account ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute > 0);
ALTER TABLE account ADD COLUMN tokens_per_minute INTEGER CHECK (tokens_per_minute > 0);
ALTER TABLE account ADD COLUMN spend_limit INTEGER CHECK (spend_limit >= 0);
ALTER TABLE account ADD COLUMN spend_period TEXT CHECK (spend_period IN ('total', 'day', 'week', 'month'));
-- When, for what and from where its keys may be used, as for a key.
ALTER TABLE account ADD COLUMN expires_at INTEGER;
ALTER TABLE account ADD COLUMN allowed_models TEXT;
ALTER TABLE account ADD COLUMN allowed_addresses TEXT NOT NULL DEFAULT '[]';
ALTER TABLE api_key ADD COLUMN requests_per_minute INTEGER DEFAULT 60 CHECK (requests_per_minute > 0);
ALTER TABLE api_key ADD COLUMN tokens_per_minute INTEGER DEFAULT 100000 CHECK (tokens_per_minute > 0);
ALTER TABLE api_key ADD COLUMN spend_limit INTEGER CHECK (spend_limit >= 0);
ALTER TABLE api_key ADD COLUMN spend_period TEXT CHECK (spend_period IN ('total', 'day', 'week', 'month'));

-- Prepaid money per account, in pico-USD. The balance is the sum of the account's entries, kept beside them.
CREATE TABLE wallet (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
    balance INTEGER NOT NULL
) STRICT;

-- Why a balance changed. Rows are only ever added. One row of usage stands for the calls that one gateway wrote together;
-- each of them names it.
CREATE TABLE ledger_entry (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('credit', 'correction', 'usage')),
    -- Pico-USD: positive adds to the balance.
    amount INTEGER NOT NULL,
    note TEXT,
    actor TEXT,
    person_id TEXT,
    -- Of usage: which gateway wrote it, up to which place of its spool, and how many calls were charged.
    gateway_id TEXT,
    position INTEGER,
    requests INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT ledger_entry_cause CHECK (kind = 'usage' OR (note IS NOT NULL AND actor IS NOT NULL))
) STRICT;
CREATE INDEX ledger_entry_account ON ledger_entry (account_id, id);
CREATE UNIQUE INDEX ledger_entry_batch ON ledger_entry (gateway_id, position, account_id) WHERE gateway_id IS NOT NULL;
CREATE TRIGGER ledger_entry_keeps_rows BEFORE DELETE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'the ledger only grows');
END;
CREATE TRIGGER ledger_entry_keeps_values BEFORE UPDATE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'the ledger only grows');
END;

-- What people did to a balance, apart from the many rows of usage.
CREATE INDEX ledger_entry_by_hand ON ledger_entry (account_id, id) WHERE kind <> 'usage';

-- Sums of an account's entries per UTC day (days since 1970), kept with them, so that a long ledger can be shown day by day
-- without reading it.
CREATE TABLE ledger_daily (
    account_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    -- Calls that were charged.
    requests INTEGER NOT NULL,
    -- Pico-USD: what usage took, zero or less; what people added or took back.
    used INTEGER NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY (account_id, day)
) STRICT, WITHOUT ROWID;

-- Every run of a gateway has a row and a spool of its own.
CREATE TABLE gateway (
    id TEXT NOT NULL PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    -- Up to here its spool is in the tables.
    shipped INTEGER NOT NULL
) STRICT;

-- Whatever limits spending: `wallet:ID`, `key:ID` or `account:ID`. Raising the revision locks the row: all who lease of it
-- wait for each other.
CREATE TABLE budget (
    subject TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT;

-- What a gateway may spend without asking again. `held`: of it, what calls in flight have reserved.
CREATE TABLE lease (
    subject TEXT NOT NULL,
    -- The UTC day, counted from 1970, on which the limit's period began; 0 where it never ends.
    window_start INTEGER NOT NULL,
    gateway_id TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    held INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, window_start, gateway_id)
) STRICT;
CREATE INDEX lease_gateway ON lease (gateway_id);

-- What all gateways together have admitted in the last minute, as JSON. Used while there is more than one gateway.
CREATE TABLE rate (
    subject TEXT NOT NULL PRIMARY KEY,
    uses TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Price lists that calls were charged by, each once, as JSON.
CREATE TABLE price_list (
    id INTEGER NOT NULL PRIMARY KEY,
    list TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX price_list_list ON price_list (list);

ALTER TABLE usage_record ADD COLUMN state TEXT NOT NULL DEFAULT 'settled'
    CHECK (state IN ('settled', 'partial', 'unknown', 'released'));
-- Pico-USD that were reserved for the call.
ALTER TABLE usage_record ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_record ADD COLUMN price_id INTEGER;
ALTER TABLE usage_record ADD COLUMN entry_id TEXT;
ALTER TABLE usage_record ADD COLUMN service_tier TEXT;
ALTER TABLE usage_record ADD COLUMN searches INTEGER NOT NULL DEFAULT 0;
-- The id begins with the time, so it also orders by it, without ties.
DROP INDEX usage_record_key;
DROP INDEX usage_record_account;
DROP INDEX usage_record_alias;
CREATE INDEX usage_record_key ON usage_record (api_key_id, id);
CREATE INDEX usage_record_account ON usage_record (account_id, id);
CREATE INDEX usage_record_failed ON usage_record (account_id, id) WHERE status >= 400;

-- Sums per key and UTC day (days since 1970), kept with the records and longer than they are.
DROP TABLE usage_daily;
CREATE TABLE usage_daily (
    api_key_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_daily_account ON usage_daily (account_id, day);
INSERT INTO usage_daily SELECT api_key_id, at / 86400000, MIN(account_id), COUNT(*), SUM(CASE WHEN status < 400 THEN 1 ELSE 0 END),
    SUM(prompt_tokens), SUM(completion_tokens), SUM(cost) FROM usage_record GROUP BY api_key_id, at / 86400000;

-- The same by what was asked for and what ran, per hour and per day: `start` counts hours or days since 1970.
CREATE TABLE usage_rollup (
    unit TEXT NOT NULL CHECK (unit IN ('hour', 'day')),
    api_key_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    requested TEXT NOT NULL,
    -- Empty: no alias.
    alias TEXT NOT NULL,
    model TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    last_agent TEXT,
    PRIMARY KEY (unit, api_key_id, start, requested, alias, model, provider_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_rollup_account ON usage_rollup (account_id, unit, start);
INSERT INTO usage_rollup SELECT 'hour', api_key_id, at / 3600000, requested, COALESCE(alias, ''), model, provider_id,
    MIN(account_id), COUNT(*), SUM(CASE WHEN status < 400 THEN 1 ELSE 0 END), SUM(prompt_tokens), SUM(completion_tokens), SUM(cache_read_tokens),
    SUM(cache_write_tokens), SUM(cache_write_1h_tokens), SUM(reasoning_tokens), SUM(cost), MAX(at), MAX(agent)
    FROM usage_record GROUP BY api_key_id, at / 3600000, requested, COALESCE(alias, ''), model, provider_id;
INSERT INTO usage_rollup SELECT 'day', api_key_id, start / 24, requested, alias, model, provider_id, MIN(account_id),
    SUM(requests), SUM(successes), SUM(prompt_tokens), SUM(completion_tokens), SUM(cache_read_tokens),
    SUM(cache_write_tokens), SUM(cache_write_1h_tokens), SUM(reasoning_tokens), SUM(cost), MAX(last_at), MAX(last_agent)
    FROM usage_rollup GROUP BY api_key_id, start / 24, requested, alias, model, provider_id;

-- Names that clients sent and that no model ran for, per hour and per day, so that an owner sees them and can add an alias.
CREATE TABLE usage_refused (
    unit TEXT NOT NULL CHECK (unit IN ('hour', 'day')),
    api_key_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    requested TEXT NOT NULL,
    requests INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    last_agent TEXT,
    PRIMARY KEY (unit, api_key_id, start, requested)
) STRICT, WITHOUT ROWID;

-- The same per account and UTC day, whichever the key: what pages about a whole account or all accounts read.
CREATE TABLE usage_account (
    account_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    requested TEXT NOT NULL,
    alias TEXT NOT NULL,
    model TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (account_id, day, requested, alias, model, provider_id)
) STRICT, WITHOUT ROWID;
INSERT INTO usage_account SELECT account_id, start, requested, alias, model, provider_id,
    SUM(requests), SUM(successes), SUM(prompt_tokens), SUM(completion_tokens),
    SUM(cache_read_tokens), SUM(cache_write_tokens), SUM(cache_write_1h_tokens), SUM(reasoning_tokens), SUM(cost)
    FROM usage_rollup WHERE unit = 'day' GROUP BY account_id, start, requested, alias, model, provider_id;
