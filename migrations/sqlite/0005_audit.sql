-- Who changed what. Rows are only ever added.

CREATE TABLE audit_log (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    person_id TEXT,
    actor TEXT NOT NULL,
    account_id TEXT,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    -- A JSON object.
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_log_account ON audit_log (account_id, id);
CREATE INDEX audit_log_subject ON audit_log (subject_id, id);
CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
CREATE TRIGGER audit_log_keeps_values BEFORE UPDATE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
