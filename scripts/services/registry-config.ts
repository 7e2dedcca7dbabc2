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
      filesystem: { rootdirectory: options.storageRoot },
      delete: { enabled: true },
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
