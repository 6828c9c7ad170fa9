-- API keys, their secrets, their aliases. Every write under a key begins with
-- `UPDATE api_key SET revision = revision + 1`, which locks the row.

CREATE TABLE api_key (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    owner_id TEXT REFERENCES person (id),
    name TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    display TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'deleted')),
    expires_at BIGINT,
    -- JSON lists; a missing list of models allows all.
    allowed_models TEXT,
    allowed_addresses TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    last_used_at BIGINT,
    last_used_agent TEXT,
    revision BIGINT NOT NULL DEFAULT 0,
    aliases_version BIGINT NOT NULL DEFAULT 0,
    -- Kept by the triggers below, so that no way in, and no race, makes a 21st alias.
    alias_count BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT api_key_alias_limit CHECK (alias_count BETWEEN 0 AND 20)
);
-- A deleted key stays, since usage points at it, but frees its name.
CREATE UNIQUE INDEX api_key_name ON api_key (account_id, name) WHERE state <> 'deleted';
CREATE INDEX api_key_owner ON api_key (owner_id);

CREATE TABLE api_key_secret (
    hash BYTEA NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    api_key_id TEXT COLLATE "C" NOT NULL REFERENCES api_key (id),
    display TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Missing for the current secret.
    valid_until BIGINT
);
CREATE INDEX api_key_secret_key ON api_key_secret (api_key_id);
CREATE UNIQUE INDEX api_key_secret_current ON api_key_secret (api_key_id) WHERE valid_until IS NULL;

CREATE TABLE alias (
    api_key_id TEXT COLLATE "C" NOT NULL REFERENCES api_key (id),
    name TEXT COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9._:/-]{1,64}$'),
    matching TEXT NOT NULL CHECK (matching IN ('exact', 'prefix')),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 3 AND 64),
    PRIMARY KEY (api_key_id, name)
);
CREATE FUNCTION alias_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE api_key SET alias_count = alias_count + 1 WHERE id = NEW.api_key_id;
    RETURN NULL;
END $$;
CREATE FUNCTION alias_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE api_key SET alias_count = alias_count - 1 WHERE id = OLD.api_key_id;
    RETURN NULL;
END $$;
CREATE FUNCTION alias_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'an alias cannot move to another key';
END $$;
CREATE TRIGGER alias_added AFTER INSERT ON alias FOR EACH ROW EXECUTE FUNCTION alias_added();
CREATE TRIGGER alias_removed AFTER DELETE ON alias FOR EACH ROW EXECUTE FUNCTION alias_removed();
CREATE TRIGGER alias_stays BEFORE UPDATE OF api_key_id ON alias FOR EACH ROW EXECUTE FUNCTION alias_stays();

CREATE TABLE alias_version (
    api_key_id TEXT COLLATE "C" NOT NULL REFERENCES api_key (id),
    version BIGINT NOT NULL CHECK (version > 0),
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    -- A JSON list of {name, match, target}.
    aliases TEXT NOT NULL,
    PRIMARY KEY (api_key_id, version)
);

CREATE TABLE link (
    hash BYTEA NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('setup', 'reset', 'key_secret')),
    person_id TEXT REFERENCES person (id),
    api_key_id TEXT COLLATE "C" REFERENCES api_key (id),
    payload BYTEA,
    expires_at BIGINT NOT NULL
);
CREATE INDEX link_expires ON link (expires_at);
