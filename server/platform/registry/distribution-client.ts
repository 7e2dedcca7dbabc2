import { createHash } from "node:crypto";
import type { RegistryAccess } from "@/domain/access/registry-scope";
import { isDigest, parseDigest } from "@/domain/images/digest";
import { MEDIA_TYPES } from "@/domain/images/parse-manifest";
import type { Transport, TransportAnswer } from "@/server/platform/registry/http-transport";
import type { RawManifest, ResolvedManifest } from "@/server/platform/registry/registry-adapter";
import { errorOfAnswer, protocolError } from "@/server/platform/registry/registry-error";

/** All four always: a registry answers 404 for a stored type that is not accepted. */
const ACCEPT = [MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList, MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest].join(
  ", ",
);
const NAME = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*(?:\/[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** Deleting reads every tag of a repository, which takes long on object storage. */
const DELETE_TIMEOUT_MS = 180_000;
const LISTING_MAX_BYTES = 128 * 1024 * 1024;

/** The sha256 digest of bytes, `sha256:<hex>`. */
export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function repositoryPath(name: string): string {
  if (!NAME.test(name)) throw protocolError("NAME_INVALID", `"${name}" is not a repository name`);
  return `/v2/${name}`;
}

function manifestPath(name: string, reference: string): string {
  if (!TAG.test(reference) && !isDigest(reference)) {
    throw protocolError("REFERENCE_INVALID", `"${reference}" is neither a tag nor a digest`);
  }
  return `${repositoryPath(name)}/manifests/${reference}`;
}

function header(answer: TransportAnswer, name: string): string | null {
  const value = answer.headers[name];
  return typeof value === "string" ? value : null;
}

function access(name: string, ...actions: string[]): RegistryAccess {
  return { type: "repository", name, actions };
}

/** The requests of the Distribution API that the adapter is made of; one method, one request (two for uploads). */
export class DistributionClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async ping(): Promise<void> {
    const answer = await this.#transport.send({ method: "GET", path: "/v2/", access: [] });
    if (answer.status !== 200) throw errorOfAnswer("GET /v2/", answer.status, answer.body);
  }

  /** One page of the catalog, or null where the registry finds `count` too large. */
  async catalogPage(count: number, last: string | null, signal?: AbortSignal) {
    const query = new URLSearchParams({ n: String(count), ...(last === null ? {} : { last }) });
    const answer = await this.#transport.send({
      method: "GET",
      path: `/v2/_catalog?${query}`,
      access: [{ type: "registry", name: "catalog", actions: ["*"] }],
      timeoutMs: 120_000,
      maxBytes: LISTING_MAX_BYTES,
      signal,
    });
    if (answer.status === 400) return null;
    if (answer.status !== 200) throw errorOfAnswer("GET _catalog", answer.status, answer.body);
    const names = stringsOf(answer.body, "repositories", "_catalog");
    return { names, bytes: answer.body.length, hasMore: header(answer, "link")?.includes('rel="next"') ?? false };
  }

  /** The tags on one page; `next` is the path of the following page. Null for an unknown repository. */
  async tagsPage(name: string, next: string | null, signal?: AbortSignal) {
    const answer = await this.#transport.send({
      method: "GET",
      path: next ?? `${repositoryPath(name)}/tags/list`,
      access: [access(name, "pull")],
      timeoutMs: 60_000,
      maxBytes: LISTING_MAX_BYTES,
      signal,
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw errorOfAnswer(`tags of ${name}`, answer.status, answer.body);
    const link = /<([^>]+)>\s*;\s*rel="next"/.exec(header(answer, "link") ?? "")?.[1];
    const tags = stringsOf(answer.body, "tags", name);
    return { tags, bytes: answer.body.length, next: link === undefined ? null : pathOf(link) };
  }

  async headManifest(name: string, reference: string): Promise<ResolvedManifest | null> {
    const answer = await this.#transport.send({
      method: "HEAD",
      path: manifestPath(name, reference),
      access: [access(name, "pull")],
      headers: { Accept: ACCEPT },
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw errorOfAnswer(`HEAD ${name}@${reference}`, answer.status, answer.body);
    const digest = header(answer, "docker-content-digest");
    const sizeBytes = Number(header(answer, "content-length"));
    if (digest === null || !isDigest(digest) || !Number.isSafeInteger(sizeBytes)) {
      throw protocolError("HEADERS_MISSING", `HEAD ${name}@${reference}: the registry told no digest or size`);
    }
    return { digest, mediaType: header(answer, "content-type") ?? "", sizeBytes };
  }

  async getManifest(name: string, reference: string, signal?: AbortSignal): Promise<RawManifest | null> {
    const answer = await this.#transport.send({
      method: "GET",
      path: manifestPath(name, reference),
      access: [access(name, "pull")],
      headers: { Accept: ACCEPT },
      signal,
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw errorOfAnswer(`GET ${name}@${reference}`, answer.status, answer.body);
    const digest = sha256Digest(answer.body);
    const told = header(answer, "docker-content-digest");
    const expected = isDigest(reference) ? reference : told;
    if (expected !== null && expected !== digest) {
      throw protocolError("DIGEST_MISMATCH", `GET ${name}@${reference}: the bytes are ${digest}, not ${expected}`);
    }
    return { digest, mediaType: header(answer, "content-type") ?? "", body: answer.body };
  }

  /** Writes a manifest under a tag or its digest; returns only when the registry has confirmed its digest with 201. */
  async putManifest(name: string, reference: string, manifest: RawManifest, signal?: AbortSignal): Promise<void> {
    const answer = await this.#transport.send({
      method: "PUT",
      path: manifestPath(name, reference),
      access: [access(name, "pull", "push")],
      headers: { "Content-Type": manifest.mediaType },
      body: manifest.body,
      timeoutMs: 60_000,
      signal,
    });
    if (answer.status !== 201) throw errorOfAnswer(`PUT ${name}@${reference}`, answer.status, answer.body);
    const told = header(answer, "docker-content-digest");
    if (told !== manifest.digest) {
      throw protocolError(
        "DIGEST_MISMATCH",
        `PUT ${name}@${reference}: the registry stored ${told}, not ${manifest.digest}`,
      );
    }
  }

  /** Deletes by digest, or (3.x) a single tag; the caller judges the status. */
  async deleteManifest(name: string, reference: string): Promise<TransportAnswer> {
    return this.#transport.send({
      method: "DELETE",
      path: manifestPath(name, reference),
      access: [access(name, "delete")],
      timeoutMs: DELETE_TIMEOUT_MS,
    });
  }

  /** Links a blob of another repository; false where the registry could not and opened an upload (which is ended here). */
  async mountBlob(to: string, from: string, digest: string, signal?: AbortSignal): Promise<boolean> {
    const query = new URLSearchParams({ mount: digest, from });
    const answer = await this.#transport.send({
      method: "POST",
      path: `${repositoryPath(to)}/blobs/uploads/?${query}`,
      access: [access(to, "pull", "push"), access(from, "pull")],
      signal,
    });
    if (answer.status === 201) return true;
    if (answer.status !== 202) throw errorOfAnswer(`mount ${digest} into ${to}`, answer.status, answer.body);
    const location = header(answer, "location");
    if (location !== null) await this.#cancelUpload(to, location);
    return false;
  }

  /** The size of a blob, proven by reading one byte of it: with a warm cache a HEAD answers for data that is gone. */
  async probeBlob(name: string, digest: string, signal?: AbortSignal): Promise<number | null> {
    const answer = await this.#transport.send({
      method: "GET",
      path: `${repositoryPath(name)}/blobs/${digest}`,
      access: [access(name, "pull")],
      headers: { Range: "bytes=0-0" },
      headersOnly: true,
      signal,
    });
    if (answer.status === 404) return null;
    if (answer.status === 206 || answer.status === 416) {
      const total = /\/(\d+)$/.exec(header(answer, "content-range") ?? "")?.[1];
      if (total !== undefined) return Number(total);
    }
    if (answer.status === 200) return Number(header(answer, "content-length") ?? Number.NaN);
    throw errorOfAnswer(`GET blob ${digest} of ${name}`, answer.status, answer.body);
  }

  /** A whole blob of at most `maxBytes`, its bytes checked against its digest; null where the repository does not have it. */
  async getBlob(name: string, digest: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer | null> {
    const parts = parseDigest(digest);
    if (parts === null) throw protocolError("DIGEST_INVALID", `"${digest}" is not a digest`);
    const answer = await this.#transport.send({
      method: "GET",
      path: `${repositoryPath(name)}/blobs/${digest}`,
      access: [access(name, "pull")],
      maxBytes,
      signal,
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw errorOfAnswer(`GET blob ${digest} of ${name}`, answer.status, answer.body);
    const hex = createHash(parts.algorithm).update(answer.body).digest("hex");
    if (hex !== parts.hex) {
      throw protocolError("DIGEST_MISMATCH", `GET blob ${digest} of ${name}: the bytes are ${parts.algorithm}:${hex}`);
    }
    return answer.body;
  }

  /** Uploads a small blob in one piece unless the repository has it. Returns its digest. */
  async uploadBlob(name: string, content: Buffer): Promise<string> {
    const digest = sha256Digest(content);
    if ((await this.probeBlob(name, digest)) !== null) return digest;
    const start = await this.#transport.send({
      method: "POST",
      path: `${repositoryPath(name)}/blobs/uploads/`,
      access: [access(name, "pull", "push")],
    });
    const location = header(start, "location");
    if (start.status !== 202 || location === null) throw errorOfAnswer(`upload to ${name}`, start.status, start.body);
    const path = pathOf(location);
    const answer = await this.#transport.send({
      method: "PUT",
      path: `${path}${path.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`,
      access: [access(name, "pull", "push")],
      headers: { "Content-Type": "application/octet-stream" },
      body: content,
    });
    if (answer.status !== 201) throw errorOfAnswer(`upload ${digest} to ${name}`, answer.status, answer.body);
    return digest;
  }

  close(): void {
    this.#transport.close();
  }

  async #cancelUpload(name: string, location: string): Promise<void> {
    // What is left of an upload that could not be ended is purged by the registry in time.
    await this.#transport
      .send({ method: "DELETE", path: pathOf(location), access: [access(name, "delete")] })
      .catch(() => undefined);
  }
}

/**
 * Locations are taken by path only: behind a proxy the registry may name a host that we do not reach it by. One slash at its start:
 * two would name a host again.
 */
function pathOf(location: string): string {
  const url = new URL(location, "http://registry.invalid");
  return `${url.pathname}${url.search}`.replace(/^\/+/, "/");
}

function stringsOf(body: Buffer, key: "repositories" | "tags", what: string): string[] {
  let value: unknown;
  try {
    value = (JSON.parse(body.toString("utf8")) as Record<string, unknown>)[key];
  } catch {
    throw protocolError("JSON_INVALID", `the listing of ${what} is not JSON`);
  }
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw protocolError("JSON_INVALID", `the listing of ${what} has no list of ${key}`);
  }
  return value;
}
