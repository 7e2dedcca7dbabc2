import http, { type IncomingHttpHeaders } from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import type { RegistryAccess } from "@/domain/access/registry-scope";
import type { AddressPolicy } from "@/domain/registries/address-policy";
import { guardedLookup, refuseAddress } from "@/server/platform/registry/address-guard";
import { protocolError, RegistryError } from "@/server/platform/registry/registry-error";
import type { RegistryAuthorizer } from "@/server/platform/registry/request-authorizer";

type TransportRequest = {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with query, from `/v2/` on. */
  path: string;
  /** What the token must allow. */
  access: readonly RegistryAccess[];
  headers?: Record<string, string>;
  body?: Buffer;
  signal?: AbortSignal | undefined;
  /** For the whole answer. Default 30 s. */
  timeoutMs?: number;
  /** Larger answers are refused. Default 8 MiB. */
  maxBytes?: number;
  /** Only status and headers are wanted: the body is dropped, however long it is. */
  headersOnly?: boolean;
};

export type TransportAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export type Transport = {
  readonly url: string;
  /**
   * Sends a request, again where it is safe to: every request of the adapter has the same effect when it is repeated.
   * Resolves with any status; throws `RegistryError` (`unavailable`) where no answer came, or the signal's reason when aborted.
   */
  send(request: TransportRequest): Promise<TransportAnswer>;
  close(): void;
};

/** What the system's own requests call themselves: on a registry with accounts of its own, events are told apart by it. */
export const OWN_USER_AGENT = "reclaim-system/1";

const ATTEMPTS = 3;
const BACKOFF_MS = 150;
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
const MAX_REDIRECTS = 3;
const DRAINED_BYTES = 64 * 1024;

type Attempt = TransportRequest & { url: URL; authorization: string | null };

/** How a registry is called. */
export type TransportLimits = {
  /** Where connections may go, redirected ones too; null = anywhere (the registry that the console runs with). */
  addressPolicy?: AddressPolicy | null;
  /** Default true; else a redirect is the answer. */
  followRedirects?: boolean;
  /** How often a request is sent at most. Default 3. */
  attempts?: number;
  /** Shortens every time limit. */
  timeoutCapMs?: number;
};

/**
 * HTTP to one registry: keep-alive connections, a time limit on every call, retries, credentials, and redirects of reads
 * (S3 storage) without passing the credentials on. node:http rather than fetch, which drops its connection after each HEAD.
 */
export function createTransport(
  options: {
    url: string;
    authorizer: RegistryAuthorizer;
    /** Open connections at a time. Default 32. */
    maxConnections?: number;
    /** Default: the system's own. */
    userAgent?: string;
  } & TransportLimits,
): Transport {
  const { authorizer, maxConnections = 32, userAgent = OWN_USER_AGENT } = options;
  const { addressPolicy = null, followRedirects = true, attempts = ATTEMPTS, timeoutCapMs = Infinity } = options;
  const lookup = addressPolicy === null ? undefined : guardedLookup(addressPolicy);
  const base = new URL(options.url);
  const agents = {
    "http:": new http.Agent({ keepAlive: true, maxSockets: maxConnections }),
    "https:": new https.Agent({ keepAlive: true, maxSockets: maxConnections }),
  };

  function exchange(attempt: Attempt): Promise<TransportAnswer> {
    const { url, method, body, maxBytes = 8 * 1024 * 1024, timeoutMs = 30_000 } = attempt;
    if (addressPolicy !== null) refuseAddress(url, addressPolicy);
    const timeout = AbortSignal.timeout(Math.min(timeoutMs, timeoutCapMs));
    const signal = attempt.signal === undefined ? timeout : AbortSignal.any([attempt.signal, timeout]);
    const isTls = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      const request = (isTls ? https : http).request(url, {
        method,
        agent: agents[isTls ? "https:" : "http:"],
        signal,
        ...(lookup ? { lookup } : {}),
        headers: {
          "User-Agent": userAgent,
          ...attempt.headers,
          ...(attempt.authorization === null ? {} : { Authorization: attempt.authorization }),
          ...(body !== undefined || method === "POST" ? { "Content-Length": String(body?.length ?? 0) } : {}),
        },
      });
      request.once("error", reject);
      request.once("response", (response) => {
        const done = (content: Buffer) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content });
        response.once("error", reject);
        if (
          attempt.headersOnly &&
          Number(response.headers["content-length"] ?? Number.POSITIVE_INFINITY) > DRAINED_BYTES
        ) {
          // A registry that ignores the Range header would send gigabytes.
          done(Buffer.alloc(0));
          if (method === "HEAD") response.resume();
          else response.destroy();
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > maxBytes)
            response.destroy(protocolError("TOO_LARGE", `the answer is larger than ${maxBytes} bytes`));
        });
        response.once("end", () => done(Buffer.concat(chunks)));
      });
      request.end(body);
    });
  }

  async function follow(attempt: Attempt): Promise<TransportAnswer> {
    let answer = await exchange(attempt);
    let from = attempt.url;
    for (let hop = 0; followRedirects && hop < MAX_REDIRECTS && isRedirect(attempt.method, answer); hop++) {
      from = new URL(answer.headers.location ?? "", from);
      const isSameHost = from.origin === base.origin;
      answer = await exchange({ ...attempt, url: from, authorization: isSameHost ? attempt.authorization : null });
    }
    return answer;
  }

  async function sendOnce(request: TransportRequest): Promise<TransportAnswer> {
    const url = new URL(request.path, base);
    // Paths may come from the registry's headers, and `//host/…` is one: credentials go to the registry alone.
    if (url.origin !== base.origin) throw protocolError("ORIGIN_INVALID", "a request would have left the registry");
    const attempt = { ...request, url };
    const answer = await follow({ ...attempt, authorization: await authorizer.authorize(request.access) });
    if (answer.status !== 401) return answer;
    const again = await authorizer.answerChallenge(answer.headers["www-authenticate"], request.access);
    return again === null ? answer : follow({ ...attempt, authorization: again });
  }

  return {
    url: options.url,
    async send(request) {
      for (let attempt = 1; ; attempt++) {
        request.signal?.throwIfAborted();
        try {
          const answer = await sendOnce(request);
          if (!RETRIED_STATUSES.has(answer.status) || attempt >= attempts) return answer;
        } catch (error) {
          request.signal?.throwIfAborted();
          if (error instanceof RegistryError) throw error;
          if (attempt >= attempts || isTimeout(error)) throw unreachable(base, request, error, timeoutCapMs);
        }
        await delay(BACKOFF_MS * 3 ** (attempt - 1), undefined, { signal: request.signal });
      }
    },
    close() {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

function isRedirect(method: string, answer: TransportAnswer): boolean {
  const isRead = method === "GET" || method === "HEAD";
  return isRead && [301, 302, 303, 307, 308].includes(answer.status) && answer.headers.location !== undefined;
}

function isTimeout(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && cause.name === "TimeoutError";
}

function unreachable(base: URL, request: TransportRequest, cause: unknown, timeoutCapMs: number): RegistryError {
  const isLate = isTimeout(cause);
  const why = isLate
    ? `no answer within ${Math.min(request.timeoutMs ?? 30_000, timeoutCapMs) / 1000} s`
    : cause instanceof Error
      ? cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name)
      : String(cause);
  const message = `${request.method} ${request.path.split("?")[0]} at ${base.host}: ${why}`;
  return new RegistryError({
    kind: "unavailable",
    status: null,
    code: isLate ? "TIMEOUT" : "UNREACHABLE",
    message,
    cause,
  });
}
