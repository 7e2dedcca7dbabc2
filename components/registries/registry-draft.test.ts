import { describe, expect, test } from "vitest";
import type { RegistryDto } from "@/contracts/registries";
import { attachRegistryBodySchema, updateRegistryBodySchema } from "@/contracts/registries";
import { changeBody, connectionBody, draftOf, draftProblems, EMPTY_DRAFT } from "./registry-draft";

const yes = { isAvailable: true, reason: null };
const registry: RegistryDto = {
  ...{ id: "reg_x", name: "Harbour", kind: "distribution", url: "https://registry.example", auth: "basic" },
  ...{ owner: "workspace", isInstalled: false, canEdit: true, username: "robot", hasPassword: true, storageRoot: null },
  storageS3: null,
  ...{ spaceCount: 0, totalSpaceCount: null, readOnly: null, lastCrawledAt: null, report: null },
  capabilities: { recycle: yes, garbageCollection: yes, untaggedManifests: yes },
  health: { state: "healthy", reason: null, checkedAt: null, latencyMs: 3 },
};
const draft = { ...EMPTY_DRAFT, name: "Mine", url: "https://registry.example", username: "robot", password: "secret" };

describe("K-35 a registry while it is written down", () => {
  test("says what is missing before anybody is asked", () => {
    expect(Object.keys(draftProblems(EMPTY_DRAFT, null)).sort()).toEqual(["name", "password", "url", "username"]);
    expect(draftProblems(draft, null)).toEqual({});
    expect(draftProblems({ ...draft, auth: "none", username: "", password: "" }, null)).toEqual({});
    expect(draftProblems({ ...draft, url: "registry.example" }, null).url).toContain("https://");
  });

  test("wants the password again for another address only", () => {
    const edited = draftOf(registry);
    expect(draftProblems(edited, registry)).toEqual({});
    expect(draftProblems({ ...edited, url: "https://REGISTRY.example/" }, registry)).toEqual({});
    expect(draftProblems({ ...edited, url: "https://other.example" }, registry).password).toContain("again");
    expect(draftProblems({ ...edited, url: "https://other.example", password: "x" }, registry)).toEqual({});
  });

  test("sends no password that was not typed, and only what was changed", () => {
    expect(changeBody(draftOf(registry), registry)).toEqual({});
    expect(changeBody({ ...draftOf(registry), name: " New " }, registry)).toEqual({ name: "New" });
    expect(changeBody({ ...draftOf(registry), auth: "none", password: "x" }, registry)).toEqual({ auth: "none" });
    const inFolder = { ...registry, storageRoot: "/old" };
    const moved = changeBody({ ...draftOf(inFolder), storageRoot: "/data" }, inFolder);
    expect(updateRegistryBodySchema.parse(moved)).toEqual({ storageRoot: "/data" });
    expect(changeBody({ ...draftOf(inFolder), storage: "none" }, inFolder)).toEqual({ storageRoot: null });
  });

  test("names a bucket whole, and its secret only where one was typed", () => {
    const location = {
      ...{ bucket: "images", region: "eu-central-1", endpoint: "https://ceph.example", root: "reg" },
      ...{ accessKeyId: "key", forcePathStyle: true },
    };
    const empty = { ...draft, storage: "bucket" as const };
    expect(Object.keys(draftProblems(empty, null).bucket ?? {}).sort()).toEqual([
      ...["accessKeyId", "bucket", "secretAccessKey"],
    ]);
    const written = { ...empty, bucket: { ...location, root: "/reg/", secretAccessKey: "s" } };
    expect(draftProblems(written, null)).toEqual({});
    const body = attachRegistryBodySchema.parse({ name: "Mine", ...connectionBody(written) });
    expect(body.storageS3).toEqual({ ...location, secretAccessKey: "s" });
    expect(body.storageRoot).toBeUndefined();
    const ftp = { ...written, bucket: { ...written.bucket, endpoint: "ftp://x" } };
    expect(draftProblems(ftp, null).bucket?.endpoint).toContain("http");

    const kept = { ...registry, storageS3: location };
    const edited = draftOf(kept);
    expect(draftProblems(edited, registry, location)).toEqual({});
    expect(changeBody(edited, kept)).toEqual({});
    const elsewhere = { ...edited, bucket: { ...edited.bucket, endpoint: "https://other.example" } };
    expect(draftProblems(elsewhere, registry, location).bucket?.secretAccessKey).toContain("again");
    const larger = { ...edited, bucket: { ...edited.bucket, root: "other" } };
    expect(updateRegistryBodySchema.parse(changeBody(larger, kept))).toEqual({
      storageS3: { ...location, root: "other" },
    });
    expect(changeBody({ ...edited, storage: "none" }, kept)).toEqual({ storageS3: null });
    expect(changeBody({ ...edited, storage: "folder", storageRoot: "/data" }, kept)).toEqual({ storageRoot: "/data" });
  });

  test("is a body that the API takes", () => {
    expect(attachRegistryBodySchema.parse({ name: "Mine", ...connectionBody(draft) })).toMatchObject({ auth: "basic" });
    const open = connectionBody({ ...draft, auth: "none" });
    expect(open).toEqual({ kind: "distribution", url: draft.url, auth: "none", isPlatformWide: false });
  });
});
