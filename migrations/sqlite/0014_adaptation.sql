-- What was changed in a request to fit it to its model, as tokens: see wire::adapt. NULL: nothing, or not known.
ALTER TABLE usage_record ADD COLUMN adapted TEXT;
-- What a request used, as bits: see domain::RequestUse. NULL: not known.
ALTER TABLE usage_record ADD COLUMN used INTEGER;
-- How much a request may be changed: see domain::Strictness. NULL: what the key says; for a key what is usual, 'adapt'.
ALTER TABLE api_key ADD COLUMN adapt TEXT CHECK (adapt IN ('adapt', 'strict', 'off'));
ALTER TABLE alias ADD COLUMN adapt TEXT CHECK (adapt IN ('adapt', 'strict', 'off'));
