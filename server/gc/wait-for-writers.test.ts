import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { waitForWriters } from "./wait-for-writers";

let tree: StorageTree;
let remove: () => void;

beforeEach(() => {
  const temporary = temporaryRoot();
  remove = temporary.remove;
  tree = new StorageTree(temporary.root);
});
afterEach(() => remove());

const wait = (options: { uploadIdleMs: number; timeoutMs: number }) =>
  waitForWriters(new FilesystemStorage(tree.root), {
    lastTokenExpiresAtMs: null,
    leewayMs: 0,
    signal: new AbortController().signal,
    nowMs: Date.now,
    onCountdown: () => {},
    ...options,
  });

function upload(id: string, at: Date): void {
  const directory = `repositories/app/_uploads/${id}`;
  tree.file(`${directory}/data`, "half");
  for (const file of ["data", ""]) fs.utimesSync(path.join(tree.base, directory, file), at, at);
}

it("takes an upload for abandoned whose time lies ahead and does not change", async () => {
  upload("ahead", new Date(Date.now() + 3_600_000));
  expect(await wait({ uploadIdleMs: 300, timeoutMs: 20_000 })).toBe("drained");
});

it.each([0, 3_600_000])(
  "still waits for an upload that grows beside it, its times %i ms ahead of our clock",
  async (aheadMs) => {
    const grow = () => upload("growing", new Date(Date.now() + aheadMs));
    grow();
    upload("ahead", new Date(Date.now() + 7_200_000));
    const growing = setInterval(grow, 50);
    try {
      expect(await wait({ uploadIdleMs: 1_000, timeoutMs: 2_000 })).toBe("timeout");
    } finally {
      clearInterval(growing);
    }
  },
);
