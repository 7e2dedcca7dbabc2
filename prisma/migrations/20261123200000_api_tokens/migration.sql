-- Tokens of the API: of people and of workspaces. The secret is not here, its SHA-256 is.
CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "user_id" TEXT,
    "workspace_id" TEXT,
    "role" "Role" NOT NULL,
    "is_space_limited" BOOLEAN NOT NULL,
    "space_ids" TEXT[] NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by_name" TEXT NOT NULL,
    "made_through_id" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by_name" TEXT,

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_tokens_hash_check" CHECK (octet_length("secret_hash") = 32),
    -- It belongs to a person, or to a workspace.
    CONSTRAINT "api_tokens_owner_check" CHECK ("user_id" IS NOT NULL OR "workspace_id" IS NOT NULL),
    -- Spaces are those of one workspace; without a limit none is named.
    CONSTRAINT "api_tokens_spaces_check" CHECK (CASE WHEN "is_space_limited" THEN "workspace_id" IS NOT NULL ELSE "space_ids" = '{}' END),
    CONSTRAINT "api_tokens_expiry_check" CHECK ("expires_at" > "created_at")
);
CREATE UNIQUE INDEX "api_tokens_secret_hash_key" ON "api_tokens"("secret_hash");
CREATE INDEX "api_tokens_user_id_idx" ON "api_tokens"("user_id");
CREATE INDEX "api_tokens_workspace_id_idx" ON "api_tokens"("workspace_id");
CREATE INDEX "api_tokens_made_through_id_idx" ON "api_tokens"("made_through_id");
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_made_through_id_fkey" FOREIGN KEY ("made_through_id") REFERENCES "api_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;
