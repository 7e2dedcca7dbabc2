import pg from "pg";
import { env } from "../env";
import { log } from "../log";

export type LockMode = "shared" | "exclusive";

/** A held lock. `lost` aborts when its connection ends: from then on nothing is protected. */
export interface RegistryLock {
  readonly lost: AbortSignal;
  /**
   * Runs `work` while no other mover changes this repository (a bin repository has a lock of its own): what is needed there by
   * something else is decided and acted on in one piece. Whoever needs both takes the source before its bin.
   */
  withRepository<T>(repositoryName: string, work: () => Promise<T>): Promise<T>;
}

const LOCK_CLASS = 0x5ec1;
const REPOSITORY_LOCK_CLASS = 0x5ec2;

/**
 * Runs `work` under an advisory lock on a registry: movers take it shared, garbage collection exclusive. The lock lives
 * on a connection of its own, so that a killed process lets go at once; waiting is fair (PostgreSQL queues both modes).
 * Aborting `signal` gives up waiting. `owner` names who holds it, for `evictLockHolders`.
 * @throws the signal's reason when it aborts while waiting
 */
export async function withRegistryLock<T>(
  registryId: string,
  mode: LockMode,
  options: { signal?: AbortSignal; owner?: string },
  work: (lock: RegistryLock) => Promise<T>,
): Promise<T> {
  const { client, lost } = await connect(mode, options.owner);
  try {
    await acquire(client, registryId, mode, options.signal);
    return await work({ lost: lost.signal, withRepository: repositoryLocker(client, registryId) });
  } finally {
    await client.end().catch((error: unknown) => log.debug({ error }, "closing a lock's connection"));
  }
}

/** One connection for one lock after the other: who takes the same one often need not connect each time. */
export interface RegistryLockSession {
  /** As `withRegistryLock`, shared; one at a time. */
  withShared<T>(signal: AbortSignal | undefined, work: (lock: RegistryLock) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connects when it is first used, and again after its connection was lost. The lock is let go between two uses: a collection gets its turn. */
export function openRegistryLockSession(registryId: string, owner: string): RegistryLockSession {
  let open: Connection | null = null;
  const close = async () => {
    const client = open?.client;
    open = null;
    await client?.end().catch((error: unknown) => log.debug({ error }, "closing a lock's connection"));
  };
  return {
    close,
    async withShared(signal, work) {
      open ??= await connect("shared", owner);
      const { client, lost } = open;
      let isFree = false;
      try {
        await acquire(client, registryId, "shared", signal);
        const result = await work({ lost: lost.signal, withRepository: repositoryLocker(client, registryId) });
        await client.query("SELECT pg_advisory_unlock_shared($1, hashtext($2))", [LOCK_CLASS, registryId]);
        isFree = !lost.signal.aborted;
        return result;
      } finally {
        // With the connection goes whatever it holds, or still waits for.
        if (!isFree) await close();
      }
    },
  };
}

interface Connection {
  client: pg.Client;
  lost: AbortController;
}

async function connect(mode: LockMode, owner: string | undefined): Promise<Connection> {
  const client = new pg.Client({
    connectionString: env().DATABASE_URL,
    application_name: owner === undefined ? `reclaim-lock-${mode}` : holderName(owner),
    keepAlive: true,
    options: CONNECTION_OPTIONS,
  });
  const lost = new AbortController();
  client.on("error", (error) => lost.abort(error));
  client.on("end", () => lost.abort(new Error("the lock's connection ended")));
  await client.connect();
  return { client, lost };
}

/**
 * A waiter whose client went away leaves the queue instead of taking the lock for nobody, and a machine that vanished without a
 * word holds one for half a minute instead of two hours.
 */
const CONNECTION_OPTIONS = [
  "client_connection_check_interval=1000",
  "tcp_keepalives_idle=15",
  "tcp_keepalives_interval=5",
  "tcp_keepalives_count=3",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

const holderName = (owner: string) => `reclaim-lock-${owner}`;

function repositoryLocker(client: pg.Client, registryId: string): RegistryLock["withRepository"] {
  return async (repositoryName, work) => {
    const key = [REPOSITORY_LOCK_CLASS, `${registryId}/${repositoryName}`];
    await client.query("SELECT pg_advisory_lock($1, hashtext($2))", key);
    try {
      return await work();
    } finally {
      // Where this fails the connection is gone, and the lock with it.
      await client.query("SELECT pg_advisory_unlock($1, hashtext($2))", key).catch(() => undefined);
    }
  };
}

async function acquire(client: pg.Client, registryId: string, mode: LockMode, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const name = mode === "shared" ? "pg_advisory_lock_shared" : "pg_advisory_lock";
  const waiting = client.query(`SELECT ${name}($1, hashtext($2))`, [LOCK_CLASS, registryId]);
  if (!signal) {
    await waiting;
    return;
  }
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    await Promise.race([waiting, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener("abort", onAbort);
    waiting.catch(() => undefined);
  }
}

/**
 * Takes the exclusive lock away from whoever holds it: a stopped process keeps its connection, and with it the lock, for as long as
 * it stands still. Only for the one run that may collect the registry now, before it asks for the lock itself.
 */
export function evictExclusiveHolders(registryId: string): Promise<void> {
  return terminate(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND objsubid = 2 AND pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid::bigint = $1 AND objid::bigint = hashtext($2)::bigint & 4294967295`,
    [LOCK_CLASS, registryId],
  );
}

/**
 * Takes every lock of an owner away from whoever took it in that name before: an earlier claim of a run that stands still would
 * have the present one wait for as long as it does. Only for the present one, before it asks for a lock itself.
 */
export function evictLockHolders(owner: string): Promise<void> {
  return terminate(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`,
    [holderName(owner)],
  );
}

async function terminate(sql: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: env().DATABASE_URL, application_name: "reclaim-lock-evict" });
  await client.connect();
  try {
    await client.query(sql, values);
  } finally {
    await client.end().catch((error: unknown) => log.debug({ error }, "closing a connection"));
  }
}
