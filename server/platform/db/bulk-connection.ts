import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { env } from "../env";
import { log } from "../log";
import { CopiedRow } from "./copied-row";
import { COPY_FRAME } from "./copy-writer";

/** A connection of its own for millions of rows: copies both ways, and statements between them. One thing at a time. */
export interface BulkConnection {
  /** Rows of a statement; its values are $1, $2, …. */
  query<T extends object>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs `COPY (…) TO STDOUT (FORMAT binary)` of a query without parameters and calls `take` with each row, valid during the call. */
  copyOut(sql: string, take: (row: CopiedRow) => void): Promise<void>;
  /** Runs `COPY <target> FROM STDIN` (text format) with what `chunks` gives: lines of UTF-8, each ended by a line feed. */
  copyIn(target: string, chunks: Iterable<string>): Promise<void>;
  /** Runs `COPY <target> FROM STDIN (FORMAT binary)` with rows as a CopyWriter makes them; a chunk is used until the next is asked for. */
  copyInRows(target: string, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void>;
}

/** A connection in somebody's hands. */
export interface OpenBulkConnection {
  connection: BulkConnection;
  /** Keeps it for whoever is next; call it when everything on it is done. */
  release(): void;
  /** Ends it, whatever it is at; nothing where it was released. */
  close(): void;
}

/** So long an unused connection is kept: the next of its kind begins with a server that knows the tables already. */
const IDLE_MS = 60_000;
let idle: pg.Pool | null = null;

/**
 * Opens a connection for `work`, or takes one that was kept. When `signal` aborts, the connection is torn and whatever it was at fails.
 * @throws the signal's reason when aborted
 */
export async function withBulkConnection<T>(
  signal: AbortSignal,
  work: (connection: BulkConnection) => Promise<T>,
): Promise<T> {
  const { connection, release, close } = await openBulkConnection(signal);
  try {
    const result = await work(connection);
    release();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    close();
  }
}

/** The same for whoever gives it back by themselves, which they have to. @throws the signal's reason when aborted */
export async function openBulkConnection(signal: AbortSignal): Promise<OpenBulkConnection> {
  signal.throwIfAborted();
  idle ??= connectionPool();
  const client = await connect(idle, signal);
  let isHeld = true;
  const tear = () => client.connection.stream.destroy();
  const end = (isKept: boolean) => {
    if (!isHeld) return;
    isHeld = false;
    signal.removeEventListener("abort", tear);
    if (!isKept || client.getTransactionStatus() !== "I") client.release(true);
    // Temporary tables and settings are nobody else's.
    else
      client.query("DISCARD ALL").then(
        () => client.release(),
        () => client.release(true),
      );
  };
  signal.addEventListener("abort", tear, { once: true });
  if (signal.aborted) end(false);
  signal.throwIfAborted();
  const connection = connectionOf(client, () => isHeld);
  return { connection, release: () => end(!signal.aborted), close: () => end(false) };
}

/** @throws the signal's reason when aborted */
function connect(pool: pg.Pool, signal: AbortSignal): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    pool
      .connect()
      .then((client) => (signal.aborted ? client.release(true) : resolve(client)), reject)
      .finally(() => signal.removeEventListener("abort", giveUp));
  });
}

/** So long those that are in use, or do not answer, are waited for at the end. */
const END_MS = 2_000;

/** Ends the connections that are kept, and those in use once they are given back. */
export async function endBulkConnections(): Promise<void> {
  const ended = idle;
  idle = null;
  await Promise.race([ended?.end(), setTimeout(END_MS, undefined, { ref: false })]);
}

function connectionPool(): pg.Pool {
  const pool = new pg.Pool({
    connectionString: env().DATABASE_URL,
    application_name: "reclaim-bulk",
    keepAlive: true,
    // What its client gave up, the server gives up too. As of every other connection: see prisma.ts.
    options: "-c client_connection_check_interval=1000 -c jit=off -c random_page_cost=1.1",
    // Nobody ever waits for somebody else's.
    max: Number.POSITIVE_INFINITY,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  // Whoever uses it hears of it by what fails. Listened to from its first moment on: an error that nobody hears ends the process.
  pool.on("connect", (client) =>
    client.on("error", ({ message }) => log.debug({ message }, "a bulk connection broke")),
  );
  pool.on("error", () => undefined);
  return pool;
}

/** Quotes a text for a statement that takes no parameters. */
export function literal(text: string): string {
  return pg.escapeLiteral(text);
}

function connectionOf(client: pg.PoolClient, isHeld: () => boolean): BulkConnection {
  const requireHeld = () => {
    if (!isHeld()) throw new Error("the connection was given back");
  };
  const submit = (work: (settle: Settle) => pg.Submittable) =>
    new Promise<void>((resolve, reject) => {
      requireHeld();
      client.query(work({ resolve, reject }));
    });
  return {
    async query<T extends object>(sql: string, values: readonly unknown[] = []) {
      requireHeld();
      return (await client.query<T>(sql, [...values])).rows;
    },
    copyOut: (sql, take) =>
      submit((settle) => new CopyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`, take, settle) as pg.Submittable),
    copyIn: (target, chunks) =>
      submit((settle) => new CopyIn(`COPY ${target} FROM STDIN`, encoded(chunks), settle) as pg.Submittable),
    copyInRows: (target, chunks) =>
      submit(
        (settle) => new CopyIn(`COPY ${target} FROM STDIN (FORMAT binary)`, framed(chunks), settle) as pg.Submittable,
      ),
  };
}

function* encoded(chunks: Iterable<string>): Generator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function* framed(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield COPY_FRAME.start;
  yield* chunks;
  yield COPY_FRAME.end;
}

interface Settle {
  resolve(): void;
  reject(error: unknown): void;
}
type Connection = pg.Connection & {
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
};

/** What the driver calls of a query that it runs; the driver itself knows no COPY. */
abstract class Copy {
  private error: unknown;
  /** The driver's place for a callback: set, or it would warn. */
  readonly callback = () => undefined;

  constructor(
    private readonly sql: string,
    private readonly settle: Settle,
  ) {}

  submit(connection: pg.Connection): void {
    connection.query(this.sql);
  }
  handleCommandComplete(): void {}
  handleError(error: unknown): void {
    this.settle.reject(this.error ?? error);
  }
  handleReadyForQuery(): void {
    if (this.error === undefined) this.settle.resolve();
    else this.settle.reject(this.error);
  }
  /** Remembers what a caller's code threw: it is said once the server is done. */
  protected fail(error: unknown): void {
    this.error ??= error;
  }
}

class CopyOut extends Copy {
  private readonly row = new CopiedRow();

  constructor(
    sql: string,
    private readonly take: (row: CopiedRow) => void,
    settle: Settle,
  ) {
    super(sql, settle);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    try {
      if (this.row.open(chunk)) this.take(this.row);
    } catch (error) {
      this.fail(error);
    }
  }
}

class CopyIn extends Copy {
  constructor(
    sql: string,
    private readonly chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
    settle: Settle,
  ) {
    super(sql, settle);
  }

  handleCopyInResponse(connection: Connection): void {
    this.send(connection).then(
      () => connection.endCopyFrom(),
      (error: unknown) => {
        this.fail(error);
        connection.sendCopyFail("given up");
      },
    );
  }

  private async send({ stream }: Connection): Promise<void> {
    for await (const chunk of this.chunks) {
      const head = Buffer.allocUnsafe(COPY_DATA_BYTES);
      head.writeInt32BE(chunk.length + 4, head.write(COPY_DATA, "latin1"));
      // By ourselves: the driver copies what it sends, which for millions of rows is most of what it does.
      stream.cork();
      stream.write(head);
      const sent = written(stream, chunk);
      stream.uncork();
      await sent;
    }
  }
}

/** Of a message with rows: its kind, and the length of what follows with these four bytes. */
const COPY_DATA = "d";
const COPY_DATA_BYTES = 5;

/** Writes; ends when the system has taken it all, so that its bytes may be used for something else. */
function written(stream: pg.Connection["stream"], chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
