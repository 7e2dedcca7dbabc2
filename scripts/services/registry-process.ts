import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { S3Access } from "@/domain/registries/s3-location";
import { type RegistryEvents, type RegistryTokenAuth, renderRegistryConfig } from "@/scripts/services/registry-config";
import {
  bareEnvironment,
  type ServiceProcess,
  startServiceProcess,
  untilReady,
} from "@/scripts/services/service-process";

export interface RegistryProcessOptions {
  port: number;
  /** The registry's `rootdirectory`; blobs are below `docker/registry/v2` in it. */
  storageRoot: string;
  /** Where its blobs go instead. */
  bucket?: S3Access | null;
  /** Where `registry.yml` is written (it holds secrets: readable by us alone). */
  configDir: string;
  /** null = open to everybody who reaches the port. */
  auth: RegistryTokenAuth | null;
  events: RegistryEvents | null;
  /** Must stay the same over restarts where uploads may span one; default random. */
  httpSecret?: string;
  /** Default `docker-registry` (Debian), or what RECLAIM_REGISTRY_BINARY names. */
  binary?: string;
  /** Default `registry.log` in `configDir`. */
  logFile?: string;
}

export interface RunningRegistry extends ServiceProcess {
  /** `http://127.0.0.1:<port>` */
  url: string;
  storageRoot: string;
}

/**
 * Starts a Distribution registry on 127.0.0.1 and resolves when it answers.
 * @throws ServiceError when it does not come up.
 */
export async function startRegistryProcess(options: RegistryProcessOptions): Promise<RunningRegistry> {
  mkdirSync(options.configDir, { recursive: true, mode: 0o700 });
  if (!options.bucket) mkdirSync(options.storageRoot, { recursive: true, mode: 0o700 });
  const configFile = path.join(options.configDir, "registry.yml");
  const logFile = options.logFile ?? path.join(options.configDir, "registry.log");
  const httpSecret = options.httpSecret ?? randomBytes(32).toString("hex");
  writeFileSync(configFile, renderRegistryConfig({ ...options, httpSecret }), { mode: 0o600 });
  const service = await startServiceProcess({
    name: "registry",
    command: options.binary ?? process.env.RECLAIM_REGISTRY_BINARY ?? "docker-registry",
    args: ["serve", configFile],
    // Every REGISTRY_* variable overrides the configuration, and ours (REGISTRY_AUTH …) would make it panic.
    env: { ...bareEnvironment(), OTEL_TRACES_EXPORTER: "none" },
    logFile,
  });
  const url = `http://127.0.0.1:${options.port}`;
  await untilReady(service, logFile, async () => {
    const response = await fetch(`${url}/v2/`);
    await response.arrayBuffer();
    return response.status === (options.auth ? 401 : 200);
  });
  return { ...service, url, storageRoot: options.storageRoot };
}
