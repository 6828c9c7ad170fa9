-- What an admin has stated that a provider's models take, as JSON: see domain::FactsPatch. NULL: nothing.
ALTER TABLE provider ADD COLUMN facts TEXT;
ALTER TABLE model ADD COLUMN facts TEXT;
-- The kind of server that an admin has named for a provider: see domain::templates. NULL: as the catalog says.
ALTER TABLE provider ADD COLUMN template TEXT;
