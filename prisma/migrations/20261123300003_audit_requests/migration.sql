-- What came of one request: asked for after each change, and by whoever has a request id from an answer.
CREATE INDEX "audit_events_request_id_idx" ON "audit_events" ("request_id") WHERE "request_id" IS NOT NULL;
