import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Location } from "@/domain/registries/s3-location";
import { freePorts } from "@/scripts/services/free-port";
import {
  bareEnvironment,
  type ServiceProcess,
  startServiceProcess,
  untilReady,
} from "@/scripts/services/service-process";

const ACCESS_KEY = "test";
const SECRET_KEY = "testsecret";

export interface TestS3Server {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** A client of the test's own, to look behind the back of what is tested. */
  client: S3Client;
  /** A new empty bucket, as a registry's storage. */
  createBucket(options?: { root?: string }): Promise<S3Location>;
  stop(): Promise<void>;
}

/** Maps change once a second by default, and an object gateway starts with dozens of changes; one process a kind is enough. */
function configuration(folder: string, ports: { mon: number; monOld: number; osd: readonly number[] }): string {
  return `[global]
fsid = ${randomUUID()}
mon host = [v2:127.0.0.1:${ports.mon},v1:127.0.0.1:${ports.monOld}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = ${folder}/keyring
paxos propose interval = 0.02
paxos min wait = 0.01
mon osd min up ratio = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
auth allow insecure global id reclaim = false
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/log/$name.log
mon data = ${folder}/mon
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
ms bind port min = ${Math.min(...ports.osd)}
ms bind port max = ${Math.max(...ports.osd)}
rgw data = ${folder}/rgw
rgw gc obj min wait = 1
rgw thread pool size = 32
rgw num rados handles = 1
rgw override bucket index max shards = 1
rgw dynamic resharding = false
${["ms", "mon", "osd", "rgw", "objecter", "rados", "auth", "paxos", "monc"].map((part) => `debug ${part} = 0/0`).join("\n")}
ms crc data = false
[osd]
keyring = ${folder}/osd/keyring
`;
}

/**
 * A real S3 server of the test's own: Ceph's object gateway over a store in memory, on loopback, ready in a few seconds and gone with
 * `stop`. Needs Debian's ceph-mon, ceph-osd and radosgw.
 */
export async function startTestS3Server(): Promise<TestS3Server> {
  const folder = mkdtempSync(path.join(tmpdir(), "reclaim-s3-"));
  for (const name of ["mon", "osd", "rgw", "run", "log"]) mkdirSync(path.join(folder, name));
  const [port = 0, mon = 0, monOld = 0, osdPort = 0] = await freePorts(4);
  const osd = osdPort > 65_000 ? [osdPort - 60, osdPort] : [osdPort, osdPort + 60];
  writeFileSync(path.join(folder, "ceph.conf"), configuration(folder, { mon, monOld, osd }));
  const env = { ...bareEnvironment(), CEPH_CONF: path.join(folder, "ceph.conf") };
  const run = (command: string, args: string[], input?: string) => runProgram(command, args, env, input);
  const started: ServiceProcess[] = [];
  const start = async (name: string, command: string, args: string[]) => {
    const logFile = path.join(folder, "log", `${name}.out`);
    const service = await startServiceProcess({ name, command, args, env, logFile, stopSignal: "SIGTERM" });
    started.push(service);
    return { service, logFile };
  };
  const stop = async () => {
    // What is in memory is not worth an orderly end.
    for (const service of started.reverse()) await service.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const keyring = path.join(folder, "keyring");
    await run("ceph-authtool", ["-C", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"]);
    for (const name of ["client.admin", "client.rgw.a"]) {
      const caps = ["--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *"];
      await run("ceph-authtool", [keyring, "--gen-key", "-n", name, ...caps]);
    }
    const monmap = path.join(folder, "monmap");
    const address = `[v2:127.0.0.1:${mon},v1:127.0.0.1:${monOld}]`;
    await run("monmaptool", ["--create", "--clobber", "--addv", "a", address, monmap]);
    await run("ceph-mon", ["--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring]);
    await start("ceph-mon", "ceph-mon", ["-f", "-i", "a"]);
    const secret = (await run("ceph-authtool", ["--gen-print-key"])).trim();
    const osdId = randomUUID();
    await run("ceph", ["osd", "new", osdId, "-i", "-"], JSON.stringify({ cephx_secret: secret }));
    const osdKeyring = path.join(folder, "osd/keyring");
    await run("ceph-authtool", ["-C", osdKeyring, "-n", "osd.0", "--add-key", secret]);
    await run("ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", osdId]);
    await start("ceph-osd", "ceph-osd", ["-f", "-i", "0"]);
    const user = ["--uid=test", "--display-name=Test", `--access-key=${ACCESS_KEY}`, `--secret-key=${SECRET_KEY}`];
    await run("radosgw-admin", ["user", "create", ...user]);
    const endpoint = `http://127.0.0.1:${port}`;
    const frontend = `--rgw-frontends=beast endpoint=127.0.0.1:${port} tcp_nodelay=1`;
    const { service, logFile } = await start("radosgw", "radosgw", ["-f", "-n", "client.rgw.a", frontend]);
    await untilReady(service, logFile, async () => (await fetch(endpoint)).status === 200);
    const client = new S3Client({
      endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    });
    return {
      ...{ endpoint, client, accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      async createBucket({ root = "" } = {}) {
        const bucket = `registry-${randomBytes(4).toString("hex")}`;
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        return { bucket, region: "us-east-1", endpoint, root, accessKeyId: ACCESS_KEY, forcePathStyle: true };
      },
      async stop() {
        client.destroy();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a program to its end and answers what it printed; throws with what it complained about. */
function runProgram(command: string, args: string[], env: NodeJS.ProcessEnv, input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    let [output, complaint] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args[0]} ended with ${code}: ${complaint.slice(-500)}`));
    });
    // One that ended without reading has said why by its end.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
