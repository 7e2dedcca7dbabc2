import { createHash, createHmac } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { type _Object, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { S3Location } from "@/domain/registries/s3-location";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { TestS3Server } from "@/testing/s3-server";

const UPLOADS = 48;

/** Every file below a registry's root directory, by its path from there. */
export function filesOf(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Puts a registry's storage into a bucket, as its `s3` driver would have: one object a file, nothing for directories. */
export async function uploadTree(root: string, server: TestS3Server, location: S3Location): Promise<number> {
  const files = filesOf(root);
  await forEachLimited(files, UPLOADS, (file) =>
    putObject(server, location, file, fs.readFileSync(path.join(root, file))),
  );
  return files.length;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: UPLOADS });

/** The client that the console uses takes ten times as long for one small object. */
export async function putObject(
  server: TestS3Server,
  location: S3Location,
  key: string,
  body: Uint8Array | string,
): Promise<void> {
  const { host } = new URL(server.endpoint);
  const target = `/${location.bucket}/${location.root === "" ? key : `${location.root}/${key}`}`;
  const time = `${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}`;
  const headers = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const asked = ["PUT", encodeURI(target), "", lines.join(""), names, "UNSIGNED-PAYLOAD"].join("\n");
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const digest = createHash("sha256").update(asked).digest("hex");
  const signature = signingKey(server.secretAccessKey, scope)(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`);
  const credential = `${server.accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  await new Promise<void>((resolve, reject) => {
    const bytes = Buffer.from(body);
    const request = http.request(`${server.endpoint}${encodeURI(target)}`, {
      ...{ method: "PUT", agent },
      headers: { ...headers, authorization, "content-length": bytes.length },
    });
    request.once("error", reject);
    request.once("response", (response) => {
      response.resume().once("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the store answered ${response.statusCode} to a PUT`));
      });
    });
    request.end(bytes);
  });
}

const keys = new Map<string, Buffer>();
function signingKey(secret: string, scope: string): (text: string) => string {
  let key = keys.get(scope + secret);
  if (key === undefined) {
    key = Buffer.from(`AWS4${secret}`);
    for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
    keys.set(scope + secret, key);
  }
  const found = key;
  return (text) => createHmac("sha256", found).update(text).digest("hex");
}

/** All keys of a bucket below its root, as files of a tree would be called. */
export async function keysOf(server: TestS3Server, location: S3Location): Promise<string[]> {
  const prefix = location.root === "" ? "" : `${location.root}/`;
  const found: _Object[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await server.client.send(
      new ListObjectsV2Command({ Bucket: location.bucket, Prefix: prefix, ContinuationToken }),
    );
    found.push(...(page.Contents ?? []));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found.map(({ Key = "" }) => Key.slice(prefix.length)).sort();
}
