-- How long an admin has set that a provider is waited for, as JSON: see domain::ProviderPatience. NULL: as the catalog says.
ALTER TABLE provider ADD COLUMN patience TEXT;
