-- Requests that were sent with an Idempotency-Key, for a day: the same again is answered as the first time. The answer is encrypted, since it
-- may hold a token's secret; it is null while the request is being answered, and for ever where the process died doing so.
CREATE TABLE "idempotency_keys" (
    "actor_key" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "status" SMALLINT,
    "answer_encrypted" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("actor_key", "key"),
    CONSTRAINT "idempotency_keys_answer" CHECK (("status" IS NULL) = ("answer_encrypted" IS NULL))
);
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" ("created_at");
