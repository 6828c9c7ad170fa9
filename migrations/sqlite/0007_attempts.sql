-- Every try of a call that did not go well at once, as JSON; null for most calls.

ALTER TABLE usage_record ADD COLUMN attempts TEXT;
