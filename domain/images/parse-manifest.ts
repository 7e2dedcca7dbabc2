import { digestsInText, isDigest } from "./digest";

/** What a manifest says about one thing it refers to. `sizeBytes` is null where it is not said (schema 1). */
export type Descriptor = {
  mediaType: string;
  digest: string;
  sizeBytes: number | null;
  /** It names its content elsewhere (`urls`): the registry need not hold any bytes of it. */
  isForeign: boolean;
};

export type Platform = { os: string; architecture: string; variant: string | null };

/** An entry of an index. */
type ChildDescriptor = Descriptor & { platform: Platform | null };

type ManifestKind = "image" | "index" | "unknown";

export type ParsedManifest = {
  /** What the body says of itself, else the type given by the caller, else what its shape suggests; "" if nothing does. */
  mediaType: string;
  kind: ManifestKind;
  /** OCI `artifactType`; for older artifacts the media type of the config tells, which is left to the reader. */
  artifactType: string | null;
  config: Descriptor | null;
  layers: Descriptor[];
  children: ChildDescriptor[];
  subject: Descriptor | null;
  annotations: Record<string, string>;
  /** Every digest anywhere in the body, each once: the conservative set that marking uses. */
  referencedDigests: string[];
};

/** What a manifest says of itself and of other manifests, and everything that it names. */
export type ManifestLinks = Pick<ParsedManifest, "mediaType" | "kind" | "children" | "subject" | "referencedDigests">;

type ParseLinksResult = { ok: true; links: ManifestLinks } | { ok: false; reason: string };
export type ParseManifestResult = { ok: true; manifest: ParsedManifest } | { ok: false; reason: string };

export const MEDIA_TYPES = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerSchema1: "application/vnd.docker.distribution.manifest.v1+json",
  dockerSchema1Signed: "application/vnd.docker.distribution.manifest.v1+prettyjws",
} as const;

const INDEX_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList]);
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerSchema1,
  MEDIA_TYPES.dockerSchema1Signed,
]);

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** True for the media types of manifests and indexes, known ones by name and others by how such names are built. */
export function isManifestMediaType(mediaType: string): boolean {
  return INDEX_TYPES.has(mediaType) || IMAGE_TYPES.has(mediaType) || /\.(manifest|index)\b.*json$/.test(mediaType);
}

function descriptorOf(value: unknown): Descriptor | null {
  if (!isObject(value)) return null;
  const digest = text(value.digest);
  if (!isDigest(digest)) return null;
  const size = value.size;
  return {
    mediaType: text(value.mediaType),
    digest,
    sizeBytes: typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : null,
    isForeign: Array.isArray(value.urls) && value.urls.length > 0,
  };
}

function platformOf(value: unknown): Platform | null {
  if (!isObject(value)) return null;
  const os = text(value.os);
  const architecture = text(value.architecture);
  if (os === "" && architecture === "") return null;
  return { os, architecture, variant: text(value.variant) || null };
}

function childOf(value: unknown): ChildDescriptor | null {
  const descriptor = descriptorOf(value);
  if (descriptor === null) return null;
  return { ...descriptor, platform: isObject(value) ? platformOf(value.platform) : null };
}

function listOf<T>(value: unknown, read: (item: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.map(read).filter((item) => item !== null);
}

function schema1Layer(value: unknown): Descriptor | null {
  const digest = isObject(value) ? text(value.blobSum) : "";
  return isDigest(digest) ? { mediaType: "", digest, sizeBytes: null, isForeign: false } : null;
}

function annotationsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Digests hidden behind JSON escapes (`sha256\u003a…`) are found only in the decoded strings. */
function collectFromStrings(value: unknown, into: Set<string>): void {
  if (typeof value === "string") for (const digest of digestsInText(value)) into.add(digest);
  else if (Array.isArray(value)) for (const item of value) collectFromStrings(item, into);
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      collectFromStrings(key, into);
      collectFromStrings(item, into);
    }
  }
}

function collectManifestDescriptors(value: unknown, into: ChildDescriptor[]): void {
  if (Array.isArray(value)) for (const item of value) collectManifestDescriptors(item, into);
  else if (isObject(value)) {
    const child = childOf(value);
    if (child !== null && isManifestMediaType(child.mediaType)) into.push(child);
    for (const [key, item] of Object.entries(value)) if (key !== "subject") collectManifestDescriptors(item, into);
  }
}

function kindOf(mediaType: string, body: Json): ManifestKind {
  if (INDEX_TYPES.has(mediaType)) return "index";
  if (IMAGE_TYPES.has(mediaType)) return "image";
  if (mediaType !== "") return "unknown";
  if (Array.isArray(body.manifests)) return "index";
  if (Array.isArray(body.layers) || Array.isArray(body.fsLayers)) return "image";
  return "unknown";
}

function inferMediaType(body: Json): string {
  if (Array.isArray(body.manifests)) return MEDIA_TYPES.ociIndex;
  if (Array.isArray(body.fsLayers)) return MEDIA_TYPES.dockerSchema1Signed;
  if (Array.isArray(body.layers) && isObject(body.config)) return MEDIA_TYPES.ociManifest;
  return "";
}

/**
 * Reads a manifest body: OCI manifest and index, Docker v2 and list, schema 1, and anything else that is a JSON object
 * (kind `unknown`, with every digest in it and every manifest descriptor as a child). References are taken by shape, not by
 * the declared type, so a body that is both index and image keeps both sets. `mediaType` is the stored or transferred content
 * type, used where the body does not say. Not JSON, or not an object: `ok: false`, never an exception.
 */
export function parseManifest(body: Uint8Array, mediaType?: string): ParseManifestResult {
  const opened = readLinks(body, mediaType);
  if (!opened.ok) return opened;
  const { json, links } = opened;
  const layers = [
    ...listOf(json.layers, descriptorOf),
    ...listOf(json.blobs, descriptorOf),
    ...listOf(json.fsLayers, schema1Layer),
  ];
  return {
    ok: true,
    manifest: {
      ...links,
      artifactType: text(json.artifactType) || null,
      config: descriptorOf(json.config),
      layers,
      annotations: annotationsOf(json.annotations),
    },
  };
}

/**
 * The part of `parseManifest`, without a content type, that says what is needed: for whoever reads a hundred thousand of them and wants
 * nothing else.
 */
export function parseManifestLinks(body: Uint8Array): ParseLinksResult {
  const opened = readLinks(body, undefined);
  return opened.ok ? { ok: true, links: opened.links } : opened;
}

function readLinks(
  body: Uint8Array,
  mediaType: string | undefined,
): { ok: true; json: Json; links: ManifestLinks } | { ok: false; reason: string } {
  const raw = new TextDecoder().decode(body);
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, reason: body.length === 0 ? "the manifest is empty" : "the manifest is not valid JSON" };
  }
  if (!isObject(json)) return { ok: false, reason: "the manifest is not a JSON object" };

  const declared = text(json.mediaType) || mediaType || "";
  const kind = kindOf(declared, json);
  const children = listOf(json.manifests, childOf);
  if (kind === "unknown") collectManifestDescriptors({ ...json, manifests: undefined }, children);

  const referenced = new Set(digestsInText(raw));
  if (raw.includes("\\")) collectFromStrings(json, referenced);
  const links = {
    mediaType: declared || inferMediaType(json),
    kind,
    children,
    subject: descriptorOf(json.subject),
    referencedDigests: [...referenced],
  };
  return { ok: true, json, links };
}
