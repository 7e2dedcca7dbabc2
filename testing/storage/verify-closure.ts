import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export type ClosureReport = {
  repositories: number;
  tags: number;
  indexTags: number;
  brokenTags: number;
  /** `repository:tag` → what of it is missing. */
  broken: Record<string, string[]>;
};

type Body = {
  manifests?: { digest: string }[];
  config?: { digest: string };
  layers?: { digest: string; urls?: string[] }[];
};

/**
 * Checks that everything each tag promises is still there to be pulled: revision link, manifest blob (its sha256 too), children,
 * config and layers with their links. Knows nothing of the code that it judges: it reads the files by itself. `prefix`: of repositories
 * below it only.
 */
export function verifyClosure(root: string, prefix = ""): ClosureReport {
  const base = path.join(root, "docker/registry/v2");
  const report: ClosureReport = { repositories: 0, tags: 0, indexTags: 0, brokenTags: 0, broken: {} };
  const manifests = new Map<string, Body | "corrupt" | null>();
  for (const repository of repositoriesIn(path.join(base, "repositories"), prefix)) {
    report.repositories++;
    const own = path.join(base, "repositories", repository);
    for (const tag of namesIn(path.join(own, "_manifests/tags"))) {
      report.tags++;
      const problems = new Set<string>();
      const target = textOf(path.join(own, "_manifests/tags", tag, "current/link"));
      if (!/^sha(256|512):[0-9a-f]+$/.test(target)) problems.add("bad current link");
      else if (check(base, own, target, manifests, problems)) report.indexTags++;
      if (problems.size === 0) continue;
      report.brokenTags++;
      report.broken[`${repository}:${tag}`] = [...problems].sort();
    }
  }
  return report;
}

/** What a pull of one manifest by digest would miss, children included; empty = whole. Tags do not count. */
export function closureProblems(root: string, repository: string, digest: string): string[] {
  const base = path.join(root, "docker/registry/v2");
  const problems = new Set<string>();
  check(base, path.join(base, "repositories", repository), digest, new Map(), problems);
  return [...problems].sort();
}

/** The digest that a tag names; null where the repository has no such tag. */
export function digestOfTag(root: string, repository: string, tag: string): string | null {
  const link = path.join(root, "docker/registry/v2/repositories", repository, "_manifests/tags", tag, "current/link");
  return textOf(link) || null;
}

function check(
  base: string,
  own: string,
  target: string,
  manifests: Map<string, Body | "corrupt" | null>,
  problems: Set<string>,
): boolean {
  const seen = new Set<string>();
  const pending = [target];
  let isIndex = false;
  for (let digest = pending.pop(); digest !== undefined; digest = pending.pop()) {
    if (seen.has(digest)) continue;
    seen.add(digest);
    const who = digest === target ? "target" : "child";
    if (!fs.existsSync(path.join(own, "_manifests/revisions", digest.replace(":", "/"), "link")))
      problems.add(`${who} revision link missing`);
    const body = manifestOf(base, digest, manifests);
    if (body === null || body === "corrupt") {
      problems.add(body === null ? `${who} manifest blob missing` : `${who} manifest corrupt`);
      continue;
    }
    if (body.manifests) {
      if (who === "target") isIndex = true;
      pending.push(...body.manifests.map((child) => child.digest));
      continue;
    }
    for (const part of [body.config, ...(body.layers ?? []).filter((layer) => !layer.urls?.length)]) {
      if (part === undefined) continue;
      const link = textOf(path.join(own, "_layers", part.digest.replace(":", "/"), "link"));
      if (link === "") problems.add(`${who} blob link missing`);
      if (!fs.existsSync(blobFile(base, link || part.digest))) problems.add(`${who} blob missing`);
    }
  }
  return isIndex;
}

function manifestOf(
  base: string,
  digest: string,
  manifests: Map<string, Body | "corrupt" | null>,
): Body | "corrupt" | null {
  const known = manifests.get(digest);
  if (known !== undefined) return known;
  let body: Body | "corrupt" | null = null;
  try {
    const bytes = fs.readFileSync(blobFile(base, digest));
    const isWhole = createHash("sha256").update(bytes).digest("hex") === digest.split(":")[1];
    body = isWhole ? (JSON.parse(bytes.toString()) as Body) : "corrupt";
  } catch {
    body = null;
  }
  manifests.set(digest, body);
  return body;
}

function blobFile(base: string, digest: string): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  return path.join(base, "blobs", algorithm, hex.slice(0, 2), hex, "data");
}

function repositoriesIn(directory: string, name = ""): string[] {
  const entries = fs.existsSync(path.join(directory, name))
    ? fs.readdirSync(path.join(directory, name), { withFileTypes: true })
    : [];
  const below = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .flatMap((entry) => repositoriesIn(directory, name === "" ? entry.name : `${name}/${entry.name}`));
  return entries.some((entry) => entry.name.startsWith("_")) ? [name, ...below] : below;
}

function namesIn(directory: string): string[] {
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
}

function textOf(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2];
  if (root === undefined) {
    console.error("usage: tsx testing/storage/verify-closure.ts <rootdirectory of the registry>");
    process.exit(2);
  }
  const report = verifyClosure(root);
  console.log(JSON.stringify(report, null, 1));
  process.exit(report.brokenTags > 0 ? 1 : 0);
}
