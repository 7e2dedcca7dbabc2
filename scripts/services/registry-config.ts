import type { S3Access } from "@/domain/registries/s3-location";

export interface RegistryTokenAuth {
  /** The console's token endpoint, as clients reach it. */
  realm: string;
  service: string;
  issuer: string;
  /** PEM file of the CA; the leaf travels in the token, so keys rotate without a restart of the registry. */
  certificatePath: string;
}

export interface RegistryEvents {
  /** Full URL that notifications are posted to. */
  url: string;
  secret: string;
}

export interface RegistryConfigOptions {
  port: number;
  storageRoot: string;
  /** Where blobs go instead of `storageRoot`. */
  bucket?: S3Access | null;
  httpSecret: string;
  auth: RegistryTokenAuth | null;
  events: RegistryEvents | null;
}

/**
 * The configuration of a Distribution registry (2.8 and 3.x) as we ship it, as JSON, which is YAML that needs no quoting rules.
 * There is deliberately no `storage.cache`: with a blob-descriptor cache, a blob that was swept still "exists" and
 * the next push of it is accepted and lost. `storage.maintenance` is left alone: upload purging is on by default.
 */
export function renderRegistryConfig(options: RegistryConfigOptions): string {
  const { auth, events } = options;
  const config = {
    version: 0.1,
    log: { level: "warn", formatter: "json", accesslog: { disabled: true } },
    storage: {
      ...(options.bucket ? { s3: s3Storage(options.bucket) } : { filesystem: { rootdirectory: options.storageRoot } }),
      delete: { enabled: true },
      ...(options.bucket && { redirect: { disable: true } }),
    },
    // One page then holds every repository, which sidesteps the pages that drop some.
    catalog: { maxentries: 100_000 },
    http: {
      addr: `127.0.0.1:${options.port}`,
      secret: options.httpSecret,
      headers: { "X-Content-Type-Options": ["nosniff"] },
    },
    ...(auth && {
      auth: {
        token: {
          realm: auth.realm,
          service: auth.service,
          issuer: auth.issuer,
          rootcertbundle: auth.certificatePath,
        },
      },
    }),
    ...(events && {
      notifications: {
        events: { includereferences: true },
        endpoints: [
          {
            name: "reclaim",
            disabled: false,
            url: events.url,
            headers: { Authorization: [`Bearer ${events.secret}`] },
            timeout: "5s",
            threshold: 5,
            backoff: "2s",
            ignore: { mediatypes: ["application/octet-stream"] },
          },
        ],
      },
    }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Blobs are served by the registry itself: redirects to the store would have to be reached by every client. */
function s3Storage({ location, secretAccessKey }: S3Access) {
  const { bucket, region, endpoint, root, accessKeyId, forcePathStyle } = location;
  return {
    ...{ bucket, region, rootdirectory: `/${root}`, accesskey: accessKeyId, secretkey: secretAccessKey, v4auth: true },
    ...(endpoint !== null && { regionendpoint: endpoint, secure: endpoint.startsWith("https:") }),
    // 3.x asks for it; 2.8 does so for every endpoint but AWS.
    ...(forcePathStyle && { forcepathstyle: true }),
  };
}
