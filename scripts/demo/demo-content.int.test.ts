import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { skopeoPull } from "@/testing/skopeo";
import { type PushedDemoImage, pushDemoImages } from "./demo-content";

const DAY_MS = 24 * 3_600_000;
const now = new Date(Date.UTC(2027, 5, 1));

let registry: TestRegistry;
let pushed: PushedDemoImage[];

const push = (onProgress: (sentBytes: number) => void) =>
  pushDemoImages({
    ...{ registryUrl: registry.url, username: null, password: null, prefix: "acme", now },
    onProgress: ({ sentBytes }) => onProgress(sentBytes),
  });

beforeAll(async () => {
  registry = await startTestRegistry();
  pushed = await push(() => {});
}, 180_000);
afterAll(() => registry?.stop());

it("puts about 120 tags of six repositories into the registry, in less than 60 MB", () => {
  const tagged = pushed.filter(({ tag }) => tag !== null);
  expect(tagged.length).toBeGreaterThanOrEqual(110);
  expect(tagged.length).toBeLessThanOrEqual(130);
  expect(new Set(tagged.map(({ repository }) => repository)).size).toBe(6);
  expect(pushed.filter(({ tag }) => tag === null).length).toBeGreaterThan(40);
  expect(tagged.filter(({ tag }) => tag?.endsWith(".sig")).length).toBeGreaterThanOrEqual(3);
  const mebibytes = Number(
    execFileSync("du", ["-sm", "--apparent-size", registry.storageRoot]).toString().split("\t")[0],
  );
  expect(mebibytes).toBeLessThan(57);
  const ages = pushed.map(({ pushedAt }) => (now.getTime() - pushedAt.getTime()) / DAY_MS);
  expect(Math.max(...ages)).toBeLessThanOrEqual(365);
  expect(Math.max(...ages)).toBeGreaterThan(350);
  expect(Math.min(...ages)).toBeGreaterThan(0);
});

it("pushes images that skopeo pulls, by the digests that it tells", async () => {
  const multiArch = pushed.filter(({ repository, tag }) => repository === "acme/api" && tag !== null).slice(0, 6);
  const untagged = pushed.filter(({ tag }) => tag === null).slice(0, 4);
  for (const { repository, tag, digest } of [...multiArch, ...untagged]) {
    const result = await skopeoPull({ registryUrl: registry.url, repository, reference: tag ?? digest });
    expect({ repository, tag, ...result }).toMatchObject({ ok: true, digest });
  }
});

it("sends nothing and changes nothing when it is pushed again", async () => {
  let sentBytes = -1;
  const again = await push((bytes) => {
    sentBytes = bytes;
  });
  expect(sentBytes).toBe(0);
  expect(again).toEqual(pushed);
});
