import { defineConfig } from "prisma/config";

// The CLI insists on a native schema engine before it does anything; `generate` never calls it, so any existing
// file satisfies the check and nothing is downloaded. Authoring a migration sets a real one (CONTRIBUTING.md).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
process.env.CHECKPOINT_DISABLE = "1";

export default defineConfig({
  schema: "prisma/schema",
  migrations: { path: "prisma/migrations" },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
