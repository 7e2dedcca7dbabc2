import pg from "pg";
import { actorColumns } from "../auth/actor-columns";
import { requestContext } from "../http/request-context";

/** Tables whose changes the database records by itself (`audit_watch` in the migrations; a test compares). */
export const WATCHED_TABLES = [
  "api_tokens",
  "gc_requests",
  "gc_schedules",
  "invitations",
  "lifecycle_policies",
  "members",
  "notification_targets",
  "password_links",
  "pins",
  "platform_rules",
  "platform_settings",
  "reclaim_rules",
  "registries",
  "space_bindings",
  "spaces",
  "user_identities",
  "users",
  "workspaces",
] as const;

const WRITE = /^\s*(?:INSERT|UPDATE|DELETE|MERGE|WITH)\b/i;
const WATCHED = new RegExp(`\\b(?:INTO|UPDATE|FROM)\\s+(?:"?public"?\\.)?"?(?:${WATCHED_TABLES.join("|")})\\b`, "i");

/**
 * Tells PostgreSQL with each transaction who acts, so that what its triggers record has a name. It travels with the BEGIN and costs no
 * trip of its own; reads outside of transactions are left as they are, and a lone write of a watched table becomes a transaction.
 */
export function tellWhoActs(pool: pg.Pool): void {
  pool.on("connect", (client) => {
    // Looked up at each call: a test that counts statements stands in between.
    const query = (...all: unknown[]) => Reflect.apply(pg.Client.prototype.query as () => unknown, client, all);
    client.query = ((...all: unknown[]) => {
      const [first, ...rest] = all;
      const told = isText(first, "BEGIN") ? contextStatement() : null;
      if (told === null) return query(...all);
      return typeof first === "string"
        ? query(`BEGIN; ${told}`, ...rest)
        : query({ ...(first as object), text: `BEGIN; ${told}` }, ...rest);
    }) as typeof client.query;
  });
  const query = pool.query.bind(pool) as (...all: unknown[]) => unknown;
  pool.query = ((...all: unknown[]) => {
    const text = textOf(all[0]);
    const isPlain = all.length > 1 || text === null || !WRITE.test(text) || !WATCHED.test(text);
    return isPlain || requestContext() === undefined ? query(...all) : inTransaction(pool, all[0]);
  }) as typeof pool.query;
}

async function inTransaction(pool: pg.Pool, config: unknown): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await client.query(config as pg.QueryConfig);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is of no use to anybody.
    await client.query("ROLLBACK").then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

function textOf(config: unknown): string | null {
  if (typeof config === "string") return config;
  const text = typeof config === "object" && config !== null && "text" in config ? config.text : null;
  return typeof text === "string" ? text : null;
}

const isText = (config: unknown, text: string) => textOf(config) === text;

/** SET, not set_config(): a query before SET TRANSACTION ISOLATION LEVEL is refused. */
function contextStatement(): string | null {
  const context = requestContext();
  if (!context) return null;
  const { requestId, address, operation, actor } = context;
  const told = { requestId, address, operation, ...actorColumns(actor) };
  return `SET LOCAL reclaim.context = ${pg.escapeLiteral(JSON.stringify(told))}`;
}
