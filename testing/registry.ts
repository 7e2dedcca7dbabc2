import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { S3Access } from "@/domain/registries/s3-location";
import { freePort } from "@/scripts/services/free-port";
import type { RegistryEvents, RegistryTokenAuth } from "@/scripts/services/registry-config";
import { startRegistryProcess } from "@/scripts/services/registry-process";

export interface TestRegistry {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `127.0.0.1:<port>`, as image references have it. */
  host: string;
  /** The registry's `rootdirectory`. */
  storageRoot: string;
  pid: number;
  /** Stops and starts it again on the same port and storage. */
  restart(): Promise<void>;
  /** Stops it and removes its storage. */
  stop(): Promise<void>;
}

/** A real, empty Distribution registry of the test's own. Stop it in `afterAll`. Works in every Vitest project. */
export async function startTestRegistry(
  options: { auth?: RegistryTokenAuth; events?: RegistryEvents; port?: number; bucket?: S3Access } = {},
): Promise<TestRegistry> {
  const folder = mkdtempSync(path.join(tmpdir(), "reclaim-registry-"));
  const port = options.port ?? (await freePort());
  const start = () =>
    startRegistryProcess({
      port,
      storageRoot: path.join(folder, "storage"),
      configDir: folder,
      auth: options.auth ?? null,
      events: options.events ?? null,
      bucket: options.bucket ?? null,
    });
  let registry = await start();
  return {
    url: registry.url,
    host: `127.0.0.1:${port}`,
    storageRoot: registry.storageRoot,
    get pid() {
      return registry.pid;
    },
    restart: async () => {
      await registry.stop();
      registry = await start();
    },
    stop: async () => {
      await registry.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
