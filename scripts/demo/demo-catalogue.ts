import type { ImagePlatform } from "@/scripts/demo/oci-image";

const MIB = 1024 * 1024;

const AMD64: ImagePlatform = { os: "linux", architecture: "amd64" };
const ARM64: ImagePlatform = { os: "linux", architecture: "arm64" };

/** The images that the company's own images stand on: an operating system and a runtime, rebuilt now and then. */
type PlannedBase = { name: string; os: number; runtime: string };

/** One push. `tags` all get the same digest, the first is pushed and the others added; a later build may take them over. */
export type PlannedBuild = {
  tags: string[];
  daysAgo: number;
  platforms: ImagePlatform[];
  base: PlannedBase;
  /** Which of the repository's dependency layers is used: it changes more rarely than the code. null: none, a base image. */
  dependencies: number | null;
  /** Seed of the code layer; null for a base image. */
  code: string | null;
  isSigned?: boolean;
  hasSbom?: boolean;
};

/** Builds are in the order of their pushes, the oldest first. */
export type PlannedRepository = { name: string; dependenciesBytes: number; codeBytes: number; builds: PlannedBuild[] };

const BASES = [
  { name: "20-slim-r1", os: 1, runtime: "node-20.11" },
  { name: "22-slim-r1", os: 1, runtime: "node-22.4" },
  { name: "20-slim-r2", os: 2, runtime: "node-20.18" },
  { name: "22-slim-r2", os: 2, runtime: "node-22.9" },
  { name: "22-slim-r3", os: 3, runtime: "node-22.14" },
] as const satisfies PlannedBase[];

/** The base and the dependencies that were current so many days ago. */
function current(daysAgo: number): { base: PlannedBase; dependencies: number } {
  if (daysAgo > 240) return { base: BASES[1], dependencies: 1 };
  return daysAgo > 90 ? { base: BASES[3], dependencies: 2 } : { base: BASES[4], dependencies: 3 };
}

function build(tags: string[], daysAgo: number, code: string, extra: Partial<PlannedBuild> = {}): PlannedBuild {
  return { tags, daysAgo, code, platforms: [AMD64], ...current(daysAgo), ...extra };
}

/** `count` days from `oldest` to `newest`, in even steps. */
function days(count: number, oldest: number, newest: number): number[] {
  return Array.from({ length: count }, (_, i) => oldest + ((newest - oldest) * i) / Math.max(1, count - 1));
}

function releases(
  versions: string[],
  oldest: number,
  newest: number,
  extra: Partial<PlannedBuild> = {},
): PlannedBuild[] {
  const when = days(versions.length, oldest, newest);
  return versions.map((version, i) => {
    const isLast = i === versions.length - 1;
    return build(isLast ? [version, "latest"] : [version], when[i] ?? newest, version, extra);
  });
}

/** The same tag again and again: every push but the last leaves an untagged image. */
function moving(tag: string, count: number, oldest: number, newest: number, extra: Partial<PlannedBuild> = {}) {
  return days(count, oldest, newest).map((when, i) => build([tag], when, `${tag}-${i}`, extra));
}

function pullRequests(numbers: number[], oldest: number, newest: number): PlannedBuild[] {
  const when = days(numbers.length, oldest, newest);
  return numbers.map((number, i) => build([`pr-${number}`], when[i] ?? newest, `pr-${number}`));
}

function repository(name: string, dependenciesMib: number, codeKib: number, builds: PlannedBuild[]): PlannedRepository {
  const ordered = [...builds].sort((a, b) => b.daysAgo - a.daysAgo);
  return { name, dependenciesBytes: dependenciesMib * MIB, codeBytes: codeKib * 1024, builds: ordered };
}

const MULTI = { platforms: [AMD64, ARM64] };
const range = (count: number, first: number) => Array.from({ length: count }, (_, i) => first + i);

function baseImages(): PlannedRepository {
  const when = [362, 330, 236, 212, 64];
  const builds = BASES.map((base, i): PlannedBuild => {
    const floating = base.name.slice(0, "20-slim".length);
    const common = { platforms: [AMD64, ARM64], base, dependencies: null, code: null };
    return { ...common, tags: [base.name, floating], daysAgo: when[i] ?? 0 };
  });
  return { name: "base/node", dependenciesBytes: 0, codeBytes: 0, builds };
}

/**
 * What Acme has in its registry: six repositories and about 120 tags of a year's work, some of it long forgotten. Days count back
 * from today. The base images come first, because the others are built on their layers.
 */
export function demoCatalogue(): PlannedRepository[] {
  const apiVersions = ["2.0.0", "2.1.0", "2.1.1", "2.2.0", "2.3.0", "2.3.1", "2.4.0", "2.5.0", "2.5.1", "2.6.0"];
  const storefrontVersions = [
    ...["v3.0.0", "v3.0.1", "v3.1.0", "v3.2.0", "v3.2.1", "v3.3.0", "v3.4.0"],
    ...["v3.5.0", "v3.5.1", "v3.6.0", "v3.7.0", "v3.8.0", "v3.8.1", "v3.9.0"],
  ];
  const workerOld = ["1.0.0", "1.1.0", "1.2.0", "1.2.1", "1.3.0", "1.4.0"];
  const workerNew = ["1.5.0", "1.6.0", "1.6.1", "1.7.0"];
  const paymentsVersions = ["v1.4.0", "v1.4.1", "v1.5.0", "v1.6.0", "v1.6.1", "v1.7.0", "v1.7.1", "v1.8.0", "v1.9.0"];
  const candidates = ["v1.5.0-rc.1", "v1.6.0-rc.1", "v1.6.0-rc.2", "v1.7.0-rc.1", "v1.8.0-rc.1", "v1.9.0-rc.1"];
  const rcDays = days(candidates.length, 280, 18);
  return [
    baseImages(),
    repository("storefront", 7, 700, [
      ...releases(storefrontVersions, 352, 4),
      ...pullRequests([1204, 1219, 1247, 1288, 1301, 1342, 1377, 1402, 1418, 1423, 1437, 1440, 1446, 1451], 300, 1),
      ...moving("main", 7, 150, 0.6),
    ]),
    repository("api", 6, 420, [
      ...releases(apiVersions.slice(0, 7), 340, 120, MULTI).map((b) => ({ ...b, tags: b.tags.slice(0, 1) })),
      build(["2.5.0"], 85, "2.5.0", { ...MULTI, isSigned: true }),
      build(["2.5.1", "stable"], 47, "2.5.1", { ...MULTI, isSigned: true, hasSbom: true }),
      build(["2.6.0", "2.6", "latest"], 9, "2.6.0", { ...MULTI, isSigned: true, hasSbom: true }),
      ...pullRequests([611, 624, 640, 655, 689, 702, 713, 718, 722], 210, 2),
      ...moving("main", 5, 100, 0.8, MULTI),
    ]),
    repository("worker", 5, 380, [
      ...releases(workerOld, 320, 170).map((b) => ({ ...b, tags: b.tags.slice(0, 1) })),
      ...releases(workerNew, 140, 12, MULTI),
      ...pullRequests([88, 93, 104, 117], 190, 6),
      ...moving("edge", 4, 75, 1.5),
    ]),
    repository("payments", 6, 460, [
      ...releases(paymentsVersions.slice(0, 7), 330, 90).map((b) => ({ ...b, tags: b.tags.slice(0, 1) })),
      build(["v1.8.0"], 58, "v1.8.0", { isSigned: true }),
      build(["v1.9.0", "latest"], 14, "v1.9.0", { isSigned: true, hasSbom: true }),
      ...candidates.map((tag, i) => build([tag], rcDays[i] ?? 0, tag)),
    ]),
    repository("docs-site", 3, 900, [
      ...days(20, 310, 8).map((when, i) => build([`build-${range(20, 218)[i]}`], when, `build-${i}`)),
      ...moving("nightly", 8, 40, 0.3),
    ]),
  ];
}
