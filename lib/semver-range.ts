import semver, { type SemVer } from "semver";

/** A version read from a tag. Opaque to callers: compare with compareVersions. */
export type TagVersion = SemVer;

const TAG_VERSION = /^(v?)(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:[+_]([0-9A-Za-z.-]+))?$/;

/**
 * Reads a tag as a version: `v1.2.3`, `1.2`, `v2`, `1.2.3-rc.1`, leading zeros (`2024.01.05`) and Helm's `_` for `+`.
 * A bare number is a build number, a date or a short commit id, never a version. Null where the tag is no version.
 */
export function parseTagVersion(tag: string): TagVersion | null {
  let version = parsed.get(tag);
  if (version === undefined) {
    version = parse(tag);
    if (parsed.size >= CACHED_TAGS_MAX) parsed.clear();
    parsed.set(tag, version);
  }
  return version;
}

/** What was parsed lately: each rule of a plan asks for the versions of the same tags, one after the other. */
const parsed = new Map<string, TagVersion | null>();
/** Tags that a cache remembers; then it begins anew. */
const CACHED_TAGS_MAX = 10_000;

function parse(tag: string): TagVersion | null {
  const match = TAG_VERSION.exec(tag);
  if (match === null) return null;
  const [, prefix, major, minor, patch, prerelease, build] = match;
  if (prefix === "" && minor === undefined) return null;
  const core = [major, minor ?? "0", patch ?? "0"].map((part) => (part ?? "0").replace(/^0+(?=\d)/, "")).join(".");
  const suffix = (prerelease === undefined ? "" : `-${prerelease}`) + (build === undefined ? "" : `+${build}`);
  return semver.parse(core + suffix) ?? semver.parse(core + suffix, { loose: true });
}

/** Below 0 where a is the lower version, 0 where they rank equal (build metadata does not count), above 0 where a is the higher one. */
export function compareVersions(a: TagVersion, b: TagVersion): number {
  return a.compare(b);
}

export interface SemverRange {
  test(tag: string): boolean;
  /** Whether the tag is a pre-release that only therefore does not match. */
  isLeftOutPrerelease(tag: string): boolean;
}

/** Compiles a version range such as `>=1.2 <2`. Pre-releases match only where the range names one. Throws an Error that says what is wrong. */
export function compileSemverRange(range: string): SemverRange {
  const problem = semverRangeProblem(range);
  if (problem !== null) throw new Error(problem);
  const compiled = new semver.Range(range);
  // Repositories of one product have the same versions as tags.
  const tested = new Map<string, boolean>();
  return {
    test(tag) {
      let isInside = tested.get(tag);
      if (isInside === undefined) {
        const version = parseTagVersion(tag);
        isInside = version !== null && compiled.test(version);
        if (tested.size >= CACHED_TAGS_MAX) tested.clear();
        tested.set(tag, isInside);
      }
      return isInside;
    },
    isLeftOutPrerelease(tag) {
      const version = parseTagVersion(tag);
      if (version === null || version.prerelease.length === 0 || compiled.test(version)) return false;
      return semver.satisfies(version, compiled, { includePrerelease: true });
    },
  };
}

/** What is wrong with a version range, or null where it is fine. */
export function semverRangeProblem(range: string): string | null {
  if (range.trim() === "") return "the version range is empty: write * for every release";
  if (range.length > 256) return "the version range is longer than 256 characters";
  if (semver.validRange(range) === null) return "not a version range; examples: >=1.2 <2, ^3.1, 1.x, 1.0.0 - 2.0.0";
  return null;
}
