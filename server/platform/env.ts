import { z } from "zod";
import { unsafeSettings } from "./unsafe-settings";

const seconds = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

const envSchema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().min(1),
  /** Public address of the console, without a trailing slash. */
  RECLAIM_URL: z
    .string()
    .min(1)
    .transform((url) => url.replace(/\/+$/, "")),
  RECLAIM_SESSION_SECRET: z.string().min(16),
  /** 32 bytes, base64: encrypts registry credentials at rest. */
  RECLAIM_ENCRYPTION_KEY: z.string().min(40),
  /** Earlier ones, separated by commas: what is under them can be read until `npm run rotate-key` has brought it under the present one. */
  RECLAIM_OLD_ENCRYPTION_KEYS: z
    .string()
    .optional()
    .transform((keys) => (keys ?? "").split(",").flatMap((key) => key.trim() || [])),
  /** Proxies of ours in front of the console: so many of the last addresses in `x-forwarded-for` are believed. */
  RECLAIM_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** Folder of the CA that signs registry tokens. */
  RECLAIM_CA_DIR: z.string().min(1),
  /** Shared secret of the notification endpoint. */
  RECLAIM_EVENTS_SECRET: z.string().min(16),
  RECLAIM_TOKEN_TTL_SECONDS: z.coerce.number().int().min(1).default(60),
  /** What a registry forgives after a token's expiry. */
  RECLAIM_TOKEN_LEEWAY_SECONDS: seconds(60),
  /** An upload whose data did not change for so long is abandoned. */
  RECLAIM_UPLOAD_IDLE_SECONDS: seconds(60),
  RECLAIM_WRITER_TIMEOUT_SECONDS: seconds(900),
  /** Online collections: how long a registry may take over one request that was checked before a blob went into the quarantine. */
  RECLAIM_INFLIGHT_WINDOW_SECONDS: seconds(60),
  /** Online collections: how long what was taken can be put back; 0 = purged at the end of the run. */
  RECLAIM_QUARANTINE_HOURS: z.coerce.number().min(0).default(0),
  RECLAIM_HEARTBEAT_STALE_SECONDS: z.coerce.number().int().min(2).default(15),
  /** Collections: with fewer things to remove, or manifests to read, than that other workers are not asked to help: it would be done by then. */
  RECLAIM_GC_SHARD_MIN: z.coerce.number().int().min(1).default(10_000),
  /** Collections: so many of them are a part that one worker does. */
  RECLAIM_GC_SHARD_SIZE: z.coerce.number().int().min(1).default(4_000),
  /** A registry that nobody has read for so long is read again, since notifications get lost. */
  RECLAIM_CRAWL_EVERY_MINUTES: z.coerce.number().min(1).default(30),
  /** Images of one run that make requests to the registry at a time. */
  RECLAIM_MOVE_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(16),
  /** Wrong passwords that one address may send in a quarter of an hour. */
  RECLAIM_SIGN_IN_FAILURES_PER_ADDRESS: z.coerce.number().int().min(1).default(50),
  /** Requests of one person, or of one API token, that are answered a minute; 0 = no limit, as for the next two. */
  RECLAIM_API_REQUESTS_PER_MINUTE: z.coerce.number().int().min(0).default(6_000),
  /** Requests for registry tokens of one account or API token from one address. */
  RECLAIM_TOKEN_REQUESTS_PER_MINUTE: z.coerce.number().int().min(0).default(6_000),
  /** Requests of nobody (no session, no good token) from one address. */
  RECLAIM_ANONYMOUS_REQUESTS_PER_MINUTE: z.coerce.number().int().min(0).default(600),
  /** Single sign-on by OpenID Connect: all three, or none. */
  RECLAIM_OIDC_ISSUER: z
    .url()
    .optional()
    .or(z.literal("").transform(() => undefined)),
  RECLAIM_OIDC_CLIENT_ID: z.string().optional(),
  RECLAIM_OIDC_CLIENT_SECRET: z.string().optional(),
  /** What it is called on the sign-in page. */
  RECLAIM_OIDC_NAME: z
    .string()
    .optional()
    .transform((name) => name?.trim() || "single sign-on"),
  RECLAIM_GRACE_HOURS: z.coerce.number().min(0).default(24),
  RECLAIM_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  /** The registry that this console runs with, without a trailing slash. */
  REGISTRY_URL: z
    .string()
    .optional()
    .transform((url) => url?.replace(/\/+$/, "") || undefined),
  REGISTRY_STORAGE_ROOT: z.string().optional(),
  /** Where that registry caches what it knows of blobs (`storage.cache.blobdescriptor: redis`), with its database: collections clear it. */
  REGISTRY_CACHE_REDIS_URL: z.string().optional(),
  /** A mail server as smtp(s)://user:password@host:port; without one nothing is sent by e-mail. */
  SMTP_URL: z
    .string()
    .optional()
    .transform((url) => url || undefined),
  RECLAIM_MAIL_FROM: z
    .string()
    .optional()
    .transform((address) => address || undefined),
  /** Whether webhooks may lead to private and loopback addresses; link-local and metadata addresses they never do. */
  RECLAIM_ALLOW_PRIVATE_WEBHOOKS: z
    .enum(["true", "false", ""])
    .optional()
    .transform((value) => value === "true"),
  /** Whether workspace admins may attach registries at private and loopback addresses (platform admins always may). */
  RECLAIM_ALLOW_PRIVATE_REGISTRIES: z
    .enum(["true", "false", ""])
    .optional()
    .transform((value) => value === "true"),
});
export type Env = z.infer<typeof envSchema>;

let cached: Env | undefined;

/**
 * The environment, read once and checked; the only reader of `process.env` in server and worker.
 * @throws Error naming each variable that is missing or wrong, or in production no secret
 */
export function env(): Env {
  if (cached) return cached;
  const parsed = envSchema.safeParse(process.env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
    throw new Error(`The environment is not complete (${wrong}). See .env.example.`);
  }
  const oidc = [
    parsed.data.RECLAIM_OIDC_ISSUER,
    parsed.data.RECLAIM_OIDC_CLIENT_ID,
    parsed.data.RECLAIM_OIDC_CLIENT_SECRET,
  ];
  if (oidc.some(Boolean) && !oidc.every(Boolean))
    throw new Error("Single sign-on needs RECLAIM_OIDC_ISSUER, RECLAIM_OIDC_CLIENT_ID and RECLAIM_OIDC_CLIENT_SECRET.");
  const unsafe = process.env.NODE_ENV === "production" ? unsafeSettings(parsed.data) : [];
  if (unsafe.length > 0)
    throw new Error(`Reclaim does not start like this: ${unsafe.join("; ")}. Leave them out and npm start makes them.`);
  cached = parsed.data;
  return cached;
}

/** Tests that run use cases in their own process set the environment first and forget what was read before. */
export function resetEnvForTests(): void {
  cached = undefined;
}
