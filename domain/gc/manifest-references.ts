import type { ManifestLinks } from "@/domain/images/parse-manifest";

/**
 * What marking needs to know of a manifest. It never changes for a digest, so it is parsed once and kept.
 * `references` holds every digest in the body, children and subject among them.
 */
export type ManifestReferences = {
  references: readonly string[];
  children: readonly string[];
  subject: string | null;
  /** A media type we do not know: such a manifest is never untagged garbage. */
  isUnknownKind: boolean;
};

/** The marking facts of a parsed manifest. */
export function referencesOf(manifest: ManifestLinks): ManifestReferences {
  return {
    references: manifest.referencedDigests,
    children: manifest.children.map((child) => child.digest),
    subject: manifest.subject?.digest ?? null,
    isUnknownKind: manifest.kind === "unknown",
  };
}
