import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "@/scripts/services/free-port";
import { renderRegistryConfig } from "@/scripts/services/registry-config";
import { bareEnvironment, startServiceProcess, untilReady } from "@/scripts/services/service-process";

/** The one account of a registry that keeps its own. */
export const BASIC_ACCOUNT = {
  username: "robot",
  password: "correct horse",
  /** bcrypt, as htpasswd files have it */
  line: "robot:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n",
} as const;

export interface BasicRegistry {
  /** `http://127.0.0.1:<port>` */
  url: string;
  storageRoot: string;
  stop(): Promise<void>;
}

/** A real Distribution registry that asks for HTTP Basic credentials of its own; deletion can be off, as it is by default elsewhere. */
export async function startBasicRegistry(options: { canDelete: boolean }): Promise<BasicRegistry> {
  const folder = mkdtempSync(path.join(tmpdir(), "reclaim-basic-registry-"));
  const port = await freePort();
  const storageRoot = path.join(folder, "storage");
  const accounts = path.join(folder, "htpasswd");
  const configFile = path.join(folder, "registry.yml");
  const logFile = path.join(folder, "registry.log");
  const config = JSON.parse(
    renderRegistryConfig({ port, storageRoot, httpSecret: "of a test", auth: null, events: null }),
  ) as Record<string, Record<string, unknown>>;
  config.auth = { htpasswd: { realm: "tests", path: accounts } };
  config.storage = { ...config.storage, delete: { enabled: options.canDelete } };
  writeFileSync(accounts, BASIC_ACCOUNT.line);
  writeFileSync(configFile, JSON.stringify(config));
  const service = await startServiceProcess({
    name: "registry",
    command: process.env.RECLAIM_REGISTRY_BINARY ?? "docker-registry",
    args: ["serve", configFile],
    env: { ...bareEnvironment(), OTEL_TRACES_EXPORTER: "none" },
    logFile,
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(service, logFile, async () => {
    const response = await fetch(`${url}/v2/`);
    await response.arrayBuffer();
    return response.status === 401;
  });
  return {
    url,
    storageRoot,
    stop: async () => {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
