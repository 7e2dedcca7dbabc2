import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type S3Access, s3Address } from "@/domain/registries/s3-location";
import { StorageReadError } from "./blob-storage";
import { copyObject } from "./s3-copy";
import { isNoSuchObject, isNoSuchUpload, s3Failure } from "./s3-failure";

/** An object, by its key below the registry's root directory. `etag` is without quotes. */
export type S3Object = { key: string; sizeBytes: number; modifiedAtMs: number; etag: string };
export type S3Upload = { key: string; uploadId: string; startedAtMs: number };
export type S3BucketOptions = S3Access & {
  /** Told of each request that goes out, retries included, by what it asks for (`ListObjectsV2`, …). */
  onRequest?: ((command: string) => void) | undefined;
  /** Requests of one call before it fails; default 4. */
  attempts?: number;
  /** Default 1,000, the most that stores give. */
  keysPerPage?: number;
};

const SOCKETS = 64;
const CONNECT_MS = 5_000;
/** A copy inside the store takes as long as it takes: this is silence. */
const SILENCE_MS = 120_000;

/**
 * The requests to a bucket that the storage driver is made of, by keys below the registry's root. Each throws what the client throws,
 * wrapped into an error that says why in words; only "there is no such object" is absence.
 */
export class S3Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly address: string;
  readonly keysPerPage: number;

  constructor(readonly options: S3BucketOptions) {
    const { location, secretAccessKey } = options;
    this.#bucket = location.bucket;
    this.#prefix = location.root === "" ? "" : `${location.root}/`;
    this.address = s3Address(location);
    this.keysPerPage = options.keysPerPage ?? 1_000;
    this.#client = new S3Client({
      region: location.region,
      ...(location.endpoint === null ? {} : { endpoint: location.endpoint }),
      forcePathStyle: location.forcePathStyle,
      credentials: { accessKeyId: location.accessKeyId, secretAccessKey },
      maxAttempts: options.attempts ?? 4,
      // Servers other than AWS know no checksums but those that an operation cannot do without.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        requestTimeout: SILENCE_MS,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: true, maxSockets: SOCKETS },
        httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
      },
    });
    const { onRequest } = options;
    if (onRequest)
      this.#client.middlewareStack.add(
        (next, context) => (input) => {
          onRequest((context.commandName ?? "").replace(/Command$/, ""));
          return next(input);
        },
        { step: "deserialize", priority: "low", name: "countRequests" },
      );
  }

  close(): void {
    this.#client.destroy();
  }

  /** For the few questions about the bucket as a whole. */
  get client(): S3Client {
    return this.#client;
  }
  get name(): string {
    return this.#bucket;
  }
  get prefix(): string {
    return this.#prefix;
  }

  /**
   * Objects whose keys begin with `prefix`, in the order of their keys, page by page, from after `startAfter` on where that is given.
   * Throws StorageReadError also where the answer is not a whole, ordered listing.
   */
  async *pages(
    prefix: string,
    options: { startAfter?: string | undefined; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<S3Object[]> {
    let last = options.startAfter ?? "";
    for await (const page of this.#listing(prefix, options)) {
      const objects: S3Object[] = [];
      for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
        const key = this.#relative(Key, prefix);
        if (key <= last) throw this.#unreadable(prefix, new Error("its listing is not in order"));
        last = key;
        if (Size === undefined || LastModified === undefined)
          throw this.#unreadable(key, new Error("its listing names neither size nor time"));
        const etag = (ETag ?? "").replaceAll('"', "");
        objects.push({ key, sizeBytes: Size, modifiedAtMs: LastModified.getTime(), etag });
      }
      yield objects;
    }
  }

  /** Names directly below `prefix`, which ends in a slash: those with keys below them, and whole keys. */
  async children(prefix: string, signal?: AbortSignal): Promise<{ folders: string[]; objects: string[] }> {
    const found = { folders: [] as string[], objects: [] as string[] };
    for await (const page of this.#listing(prefix, { delimiter: "/", signal })) {
      for (const { Prefix } of page.CommonPrefixes ?? [])
        found.folders.push(this.#relative(Prefix, prefix).slice(prefix.length, -1));
      for (const { Key } of page.Contents ?? []) {
        const name = this.#relative(Key, prefix).slice(prefix.length);
        // Some tools make such markers of folders.
        if (name !== "") found.objects.push(name);
      }
    }
    return found;
  }

  /**
   * Size and time of an object; null where there is none. By a listing, because an answer to HEAD tells a missing object no more
   * than a missing bucket.
   */
  async stat(key: string): Promise<S3Object | null> {
    const page = await this.#ask(key, () =>
      this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix + key, MaxKeys: 1 })),
    );
    const [first] = page.Contents ?? [];
    if (first?.Key !== this.#prefix + key) return null;
    const { Size, LastModified, ETag } = first;
    if (Size === undefined || LastModified === undefined)
      throw this.#unreadable(key, new Error("its listing names neither size nor time"));
    return { key, sizeBytes: Size, modifiedAtMs: LastModified.getTime(), etag: (ETag ?? "").replaceAll('"', "") };
  }

  /** An object's bytes; null where there is none, its size where that is more than `maxBytes`. */
  async read(key: string, maxBytes: number): Promise<Uint8Array | number | null> {
    return this.#ask(key, async () => {
      try {
        const command = new GetObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key });
        const { Body, ContentLength } = await this.#client.send(command);
        if (Body === undefined || ContentLength === undefined) throw new Error("it answered without a body");
        if (ContentLength > maxBytes) {
          if (Body instanceof Readable) Body.destroy();
          return ContentLength;
        }
        const bytes = await Body.transformToByteArray();
        if (bytes.length !== ContentLength) throw new Error("its bytes broke off");
        return bytes;
      } catch (error) {
        if (isNoSuchObject(error)) return null;
        throw error;
      }
    });
  }

  async write(key: string, text: string): Promise<void> {
    const input = {
      Bucket: this.#bucket,
      Key: this.#prefix + key,
      Body: text,
      ContentType: "application/octet-stream",
    };
    await this.#client.send(new PutObjectCommand(input));
  }

  /** Copies an object inside the store, whatever its size; false where there is none. */
  async copy(from: string, to: string, sizeBytes: number): Promise<boolean> {
    const target = { Bucket: this.#bucket, Key: this.#prefix + to };
    try {
      await copyObject(this.#client, `${this.#bucket}/${this.#prefix}${from}`, target, sizeBytes);
      return true;
    } catch (error) {
      if (isNoSuchObject(error)) return false;
      throw error;
    }
  }

  /** Deletes up to 1,000 objects with one request; answers why, for those that are still there. What was gone before is deleted, too. */
  async delete(keys: readonly string[], beforeSending: () => void): Promise<Map<string, string>> {
    const command = new DeleteObjectsCommand({
      Bucket: this.#bucket,
      Delete: { Objects: keys.map((key) => ({ Key: this.#prefix + key })), Quiet: true },
    });
    // The last step before the bytes leave: also of a request that is tried again, and of a process that stood still meanwhile.
    command.middlewareStack.add(
      (next) => (input) => {
        beforeSending();
        return next(input);
      },
      { step: "deserialize", priority: "low", name: "beforeSending" },
    );
    const { Errors } = await this.#client.send(command);
    const failed = new Map<string, string>();
    for (const { Key, Code } of Errors ?? []) {
      if (Key !== undefined && Code !== "NoSuchKey")
        failed.set(Key.slice(this.#prefix.length), s3Failure({ name: Code }).text);
    }
    return failed;
  }

  /** Multipart uploads that are neither completed nor aborted. */
  async openUploads(prefix: string, signal?: AbortSignal): Promise<S3Upload[]> {
    return this.#ask(prefix, async () => {
      const found: S3Upload[] = [];
      let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
      for (;;) {
        const command = new ListMultipartUploadsCommand({
          ...{ Bucket: this.#bucket, Prefix: this.#prefix + prefix },
          ...marker,
        });
        const page = await this.#client.send(command, { abortSignal: signal });
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          if (UploadId === undefined) continue;
          found.push({ key: this.#relative(Key, prefix), uploadId: UploadId, startedAtMs: Initiated?.getTime() ?? 0 });
        }
        if (!page.IsTruncated) return found;
        const next = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
        if (next.KeyMarker === marker.KeyMarker && next.UploadIdMarker === marker.UploadIdMarker)
          throw new Error("its listing of uploads does not end");
        marker = next;
      }
    });
  }

  /** When a multipart upload last got a part (or was begun); null where it is not open any more. */
  async lastPartAt(upload: S3Upload, signal?: AbortSignal): Promise<number | null> {
    return this.#ask(upload.key, async () => {
      let latest = upload.startedAtMs;
      let PartNumberMarker: string | undefined;
      try {
        for (;;) {
          const input = { Bucket: this.#bucket, Key: this.#prefix + upload.key, UploadId: upload.uploadId };
          const page = await this.#client.send(new ListPartsCommand({ ...input, PartNumberMarker }), {
            abortSignal: signal,
          });
          for (const { LastModified } of page.Parts ?? []) latest = Math.max(latest, LastModified?.getTime() ?? 0);
          if (!page.IsTruncated || page.NextPartNumberMarker === PartNumberMarker) return latest;
          PartNumberMarker = page.NextPartNumberMarker;
        }
      } catch (error) {
        if (isNoSuchUpload(error)) return null;
        throw error;
      }
    });
  }

  /** False where it was not open any more. */
  async abortUpload({ key, uploadId }: S3Upload): Promise<boolean> {
    try {
      const input = { Bucket: this.#bucket, Key: this.#prefix + key, UploadId: uploadId };
      await this.#client.send(new AbortMultipartUploadCommand(input));
      return true;
    } catch (error) {
      if (isNoSuchUpload(error)) return false;
      throw error;
    }
  }

  async *#listing(
    prefix: string,
    options: { startAfter?: string | undefined; delimiter?: string; signal?: AbortSignal | undefined },
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { startAfter, delimiter, signal } = options;
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        ...{ Bucket: this.#bucket, Prefix: this.#prefix + prefix, MaxKeys: this.keysPerPage, Delimiter: delimiter },
        ...(token === undefined
          ? { StartAfter: startAfter === undefined ? undefined : this.#prefix + startAfter }
          : { ContinuationToken: token }),
      });
      const page = await this.#ask(prefix, () => this.#client.send(command, { abortSignal: signal }), signal);
      if (page.IsTruncated && (!page.NextContinuationToken || page.NextContinuationToken === token))
        throw this.#unreadable(prefix, new Error("its listing breaks off"));
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
      yield page;
    } while (token !== undefined);
  }

  #relative(key: string | undefined, prefix: string): string {
    const wanted = this.#prefix + prefix;
    if (key === undefined || !key.startsWith(wanted))
      throw this.#unreadable(prefix, new Error("its listing names keys of another place"));
    return key.slice(this.#prefix.length);
  }

  async #ask<T>(path: string, request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await request();
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof StorageReadError ? error : this.#unreadable(path, error);
    }
  }

  #unreadable(path: string, error: unknown): StorageReadError {
    return new StorageReadError(path, { cause: new Error(s3Failure(error).text, { cause: error }) });
  }
}
