import { parseDigest } from "@/domain/images/digest";

/** What the registry puts in front of everything below its `rootdirectory`. */
const PREFIX = "docker/registry/v2";
/** Beside what the registry walks, on the same filesystem: moving there is one rename, and the registry never looks. */
const QUARANTINE = "docker/registry/gc-quarantine";

function place(digest: string): { algorithm: string; hex: string } {
  const parts = parseDigest(digest);
  if (parts === null) throw new TypeError(`not a digest: ${digest}`);
  return parts;
}

/** One component of a path; a name that would leave its directory is refused, whoever gave it. */
function component(name: string): string {
  if (name === "" || name === "." || name === ".." || name.includes("/") || name.includes("\0")) {
    throw new TypeError(`not a name in storage: ${JSON.stringify(name)}`);
  }
  return name;
}

/** Paths of Distribution's layout, relative to the root directory, with `/`. They throw a TypeError on names that are none. */
export const paths = {
  repositories: () => `${PREFIX}/repositories`,
  repository: (repository: string) => `${PREFIX}/repositories/${repository.split("/").map(component).join("/")}`,
  revisions: (repository: string) => `${paths.repository(repository)}/_manifests/revisions`,
  revision: (repository: string, digest: string) => {
    const { algorithm, hex } = place(digest);
    return `${paths.revisions(repository)}/${algorithm}/${hex}`;
  },
  tags: (repository: string) => `${paths.repository(repository)}/_manifests/tags`,
  tag: (repository: string, tag: string) => `${paths.tags(repository)}/${component(tag)}`,
  tagHistory: (repository: string, tag: string) => `${paths.tag(repository, tag)}/index`,
  tagHistoryEntry: (repository: string, tag: string, digest: string) => {
    const { algorithm, hex } = place(digest);
    return `${paths.tagHistory(repository, tag)}/${algorithm}/${hex}`;
  },
  layers: (repository: string) => `${paths.repository(repository)}/_layers`,
  layer: (repository: string, digest: string) => {
    const { algorithm, hex } = place(digest);
    return `${paths.layers(repository)}/${algorithm}/${hex}`;
  },
  uploads: (repository: string) => `${paths.repository(repository)}/_uploads`,
  upload: (repository: string, id: string) => `${paths.uploads(repository)}/${component(id)}`,
  blobs: () => `${PREFIX}/blobs`,
  blob: (digest: string) => {
    const { algorithm, hex } = place(digest);
    return `${PREFIX}/blobs/${algorithm}/${hex.slice(0, 2)}/${hex}`;
  },
  quarantines: () => QUARANTINE,
  quarantine: (runId: string) => `${QUARANTINE}/${component(runId)}`,
  quarantinedBlob: (runId: string, digest: string) => {
    const { algorithm, hex } = place(digest);
    return `${paths.quarantine(runId)}/${algorithm}/${hex}`;
  },
};
