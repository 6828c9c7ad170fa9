-- Which providers are asked when the one of the model that was named fails. Nobody else is without a row here.

CREATE TABLE provider_order (
    -- The model's canonical slug.
    model TEXT NOT NULL CHECK (length(model) BETWEEN 1 AND 200),
    -- Null: for every account that has no row of its own.
    account_id TEXT REFERENCES account (id),
    -- A JSON list of providers, the first to be asked first.
    providers TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX provider_order_of_all ON provider_order (model) WHERE account_id IS NULL;
CREATE UNIQUE INDEX provider_order_of_account ON provider_order (model, account_id) WHERE account_id IS NOT NULL;
