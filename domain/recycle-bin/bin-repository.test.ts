import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRecycleBin, isRepositoryName } from "@/domain/access/registry-scope";
import { binRepositoryName } from "./bin-repository";
import { sha256Hex } from "./sha256-hex";

const component = fc.stringMatching(/^[a-z0-9]{1,30}(-[a-z0-9]{1,10})?$/);
const repository = fc.array(component, { minLength: 1, maxLength: 12 }).map((parts) => parts.join("/").slice(0, 255));

describe("binRepositoryName", () => {
  it("keeps the repository readable below the space", () => {
    expect(binRepositoryName("spc_01ab", "acme/web/api")).toBe("recyclebin/spc_01ab/acme/web/api");
  });

  it("hashes only what would be too long", () => {
    const fits = "a".repeat(255 - "recyclebin/spc_1/".length);
    expect(binRepositoryName("spc_1", fits)).toBe(`recyclebin/spc_1/${fits}`);
    const hex = createHash("sha256").update(`${fits}b`).digest("hex");
    expect(binRepositoryName("spc_1", `${fits}b`)).toBe(`recyclebin/spc_1/hashed/${hex}`);
  });

  it("is always a name in the bin that a registry takes, and never the same for two repositories", () => {
    fc.assert(
      fc.property(repository.filter(isRepositoryName), repository.filter(isRepositoryName), (one, other) => {
        const name = binRepositoryName("spc_01ab", one);
        expect(isRepositoryName(name)).toBe(true);
        expect(isRecycleBin(name)).toBe(true);
        expect(name === binRepositoryName("spc_01ab", other)).toBe(one === other);
      }),
    );
  });
});

describe("sha256Hex", () => {
  it("agrees with the platform for texts of every length around a block", () => {
    for (let length = 0; length < 200; length++) {
      const text = "é1".repeat(length).slice(0, length);
      expect(sha256Hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
    }
    fc.assert(fc.property(fc.string(), (text) => sha256Hex(text) === createHash("sha256").update(text).digest("hex")));
  });
});
