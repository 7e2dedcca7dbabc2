import { type S3Access, s3LocationSchema } from "@/domain/registries/s3-location";
import { UserError } from "@/scripts/setup/terminal";

/** A Distribution registry of the user's own. */
export interface OwnRegistry {
  url: string;
  /** Its `rootdirectory` on this machine; null = not reachable for us. */
  storageRoot: string | null;
  auth: "console" | "basic" | "none";
  username: string | null;
  password: string | null;
}

export interface StackPorts {
  web: number;
  postgres: number;
  redis: number;
  registry: number;
}

/** What `npm start` runs with: a URL means the user's own server, null means an embedded one. */
export interface StackSettings {
  ports: StackPorts;
  /** The console as browsers and the registry reach it, without a slash at the end. */
  url: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  registry: OwnRegistry | null;
  /** Where the registry, the user's own or the embedded one, keeps its blobs; null = in a folder (or out of reach). */
  bucket?: S3Access | null;
}

/** The variable that moves each service to another port, and where it listens otherwise. */
export const PORTS = {
  web: { variable: "RECLAIM_PORT", standard: 7400 },
  postgres: { variable: "RECLAIM_POSTGRES_PORT", standard: 7432 },
  redis: { variable: "RECLAIM_REDIS_PORT", standard: 7479 },
  registry: { variable: "RECLAIM_REGISTRY_PORT", standard: 7450 },
} as const satisfies Record<keyof StackPorts, { variable: string; standard: number }>;

/**
 * Reads the settings from the environment; an empty variable counts as unset.
 * @throws UserError naming the variable that makes no sense.
 */
export function readSettings(environment: Record<string, string | undefined>): StackSettings {
  const read = (name: string) => environment[name]?.trim() || null;
  const readUrl = (name: string, protocols: string[]) => {
    const value = read(name);
    if (value === null) return null;
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      throw new UserError(`${name} must be a URL that starts with ${protocols.map((p) => `${p}//`).join(" or ")}.`);
    }
    return value.replace(/\/+$/, "");
  };
  const port = (service: keyof StackPorts) => {
    const { variable, standard } = PORTS[service];
    const value = read(variable);
    if (value === null) return standard;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= 1 && number <= 65_535) return number;
    throw new UserError(`${variable} must be a port number from 1 to 65535, not "${value}".`);
  };
  const ports = { web: port("web"), postgres: port("postgres"), redis: port("redis"), registry: port("registry") };
  const twice = Object.values(ports).find((value, index, all) => all.indexOf(value) !== index);
  if (twice !== undefined)
    throw new UserError(`Port ${twice} is given to two services: choose another for one of them.`);

  const registryUrl = readUrl("REGISTRY_URL", ["http:", "https:"]);
  return {
    ports,
    url: readUrl("RECLAIM_URL", ["http:", "https:"]) ?? `http://127.0.0.1:${ports.web}`,
    databaseUrl: readUrl("DATABASE_URL", ["postgresql:", "postgres:"]),
    redisUrl: readUrl("REDIS_URL", ["redis:", "rediss:"]),
    registry: registryUrl === null ? null : ownRegistry(registryUrl, read),
    bucket: registryBucket(read),
  };
}

/** `REGISTRY_S3_BUCKET` and its neighbours. */
function registryBucket(read: (name: string) => string | null): S3Access | null {
  const bucket = read("REGISTRY_S3_BUCKET");
  if (bucket === null) return null;
  if (read("REGISTRY_STORAGE_ROOT") !== null)
    throw new UserError("REGISTRY_STORAGE_ROOT and REGISTRY_S3_BUCKET exclude each other: a registry has one storage.");
  const secretAccessKey = read("REGISTRY_S3_SECRET_KEY");
  const accessKeyId = read("REGISTRY_S3_ACCESS_KEY");
  if (accessKeyId === null || secretAccessKey === null)
    throw new UserError("REGISTRY_S3_BUCKET needs REGISTRY_S3_ACCESS_KEY and REGISTRY_S3_SECRET_KEY.");
  const endpoint = read("REGISTRY_S3_ENDPOINT");
  const pathStyle = read("REGISTRY_S3_FORCE_PATH_STYLE");
  if (pathStyle !== null && pathStyle !== "true" && pathStyle !== "false")
    throw new UserError(`REGISTRY_S3_FORCE_PATH_STYLE must be true or false, not "${pathStyle}".`);
  const location = s3LocationSchema.safeParse({
    ...{ bucket, accessKeyId, endpoint, root: read("REGISTRY_S3_ROOT") ?? "" },
    region: read("REGISTRY_S3_REGION") ?? "us-east-1",
    // What servers other than AWS want, unless they are said to want something else.
    forcePathStyle: pathStyle === null ? endpoint !== null : pathStyle === "true",
  });
  if (location.success) return { location: location.data, secretAccessKey };
  const [issue] = location.error.issues;
  const variable = `REGISTRY_S3_${String(issue?.path[0] ?? "bucket").toUpperCase()}`;
  throw new UserError(`${variable}: ${issue?.message ?? "it makes no sense"}.`);
}

function ownRegistry(url: string, read: (name: string) => string | null): OwnRegistry {
  const auth = read("REGISTRY_AUTH") ?? "none";
  if (auth !== "console" && auth !== "basic" && auth !== "none") {
    throw new UserError(`REGISTRY_AUTH must be console, basic or none, not "${auth}".`);
  }
  const username = read("REGISTRY_USERNAME");
  const password = read("REGISTRY_PASSWORD");
  if (auth === "basic" && (username === null || password === null)) {
    throw new UserError("REGISTRY_AUTH=basic needs REGISTRY_USERNAME and REGISTRY_PASSWORD.");
  }
  return { url, storageRoot: read("REGISTRY_STORAGE_ROOT"), auth, username, password };
}
