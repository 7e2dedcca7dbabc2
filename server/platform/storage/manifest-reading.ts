import { type ManifestReferences, referencesOf } from "@/domain/gc/manifest-references";
import { PackBuilder } from "@/domain/gc/reference-pack";
import { digestsInText } from "@/domain/images/digest";
import { parseManifestLinks } from "@/domain/images/parse-manifest";
import { hasDigest } from "@/server/platform/crypto/has-digest";
import type { BlobBody } from "./blob-storage";

/** Registries accept 4 MiB; what is larger is no manifest. */
export const LARGEST_MANIFEST_BYTES = 8 * 1024 * 1024;

/** What some manifests refer to, in the order in which they were taken. */
export type ManifestsRead = {
  /** Those that were understood and name nothing but sha256 digests: the words of a `ReferencePack`. Null = none. */
  pack: Uint32Array | null;
  /** Understood ones that do not fit into a pack. */
  unpacked: { digest: string; references: ManifestReferences }[];
  missing: string[];
  /** Those that nobody can tell the meaning of, and every digest in them. */
  unreadable: { digest: string; reason: string; mentioned: string[] }[];
  /** Understood, but for the media type: they are packed, too. */
  unknownTypes: { digest: string; mediaType: string }[];
};

/** Takes the bodies of manifests and remembers what they refer to. */
export class ManifestReading {
  readonly #pack = new PackBuilder();
  readonly #read: Omit<ManifestsRead, "pack"> = { unpacked: [], missing: [], unreadable: [], unknownTypes: [] };

  /** The body that lies under a digest, whichever that is: it is checked. */
  take(digest: string, blob: BlobBody): void {
    if (blob.state === "missing") {
      this.#read.missing.push(digest);
      return;
    }
    if (blob.state === "too_large") {
      this.#giveUp(digest, null, `${blob.sizeBytes} bytes are too many for a manifest`);
      return;
    }
    const parsed = parseManifestLinks(blob.body);
    if (!parsed.ok) this.#giveUp(digest, blob.body, parsed.reason);
    else if (!hasDigest(blob.body, digest)) this.#giveUp(digest, blob.body, "its content does not have its digest");
    else {
      const references = referencesOf(parsed.links);
      if (references.isUnknownKind) this.#read.unknownTypes.push({ digest, mediaType: parsed.links.mediaType });
      if (!this.#pack.add(digest, references)) this.#read.unpacked.push({ digest, references });
    }
  }

  result(): ManifestsRead {
    return { ...this.#read, pack: this.#pack.manifestCount === 0 ? null : this.#pack.build() };
  }

  #giveUp(digest: string, body: Uint8Array | null, reason: string): void {
    const mentioned = body === null ? [] : [...new Set(digestsInText(new TextDecoder().decode(body)))];
    this.#read.unreadable.push({ digest, reason, mentioned });
  }
}
