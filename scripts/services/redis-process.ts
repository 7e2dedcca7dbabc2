import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import {
  bareEnvironment,
  type ServiceProcess,
  startServiceProcess,
  untilReady,
} from "@/scripts/services/service-process";

export interface RedisProcessOptions {
  port: number;
  /** Holds the append-only file. */
  dataDir: string;
  /** false = nothing is written to disk (tests). */
  durable: boolean;
  /** Default `redis.log` in `dataDir`. */
  logFile?: string;
  binary?: string;
}

export interface RunningRedis extends ServiceProcess {
  /** `redis://127.0.0.1:<port>` */
  url: string;
}

/**
 * Starts Redis on 127.0.0.1 as BullMQ wants it (never evicting) and resolves when it answers PING.
 * @throws ServiceError when it does not come up.
 */
export async function startRedisProcess(options: RedisProcessOptions): Promise<RunningRedis> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const logFile = options.logFile ?? path.join(options.dataDir, "redis.log");
  const service = await startServiceProcess({
    name: "redis",
    command: options.binary ?? "redis-server",
    args: [
      ...["--port", String(options.port), "--bind", "127.0.0.1", "--dir", options.dataDir],
      ...["--appendonly", options.durable ? "yes" : "no", "--appendfsync", "everysec", "--save", ""],
      ...["--maxmemory-policy", "noeviction", "--daemonize", "no"],
    ],
    env: bareEnvironment(),
    logFile,
  });
  await untilReady(service, logFile, () => answersPing(options.port));
  return { ...service, url: `redis://127.0.0.1:${options.port}` };
}

/** True once Redis has loaded its data: while it loads it answers LOADING. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once("error", () => done(false));
    socket.once("data", (data) => done(data.toString().startsWith("+PONG")));
    socket.once("connect", () => socket.write("PING\r\n"));
  });
}
