import { describe, expect, it } from "vitest";
import type { GraphNode } from "@/domain/images/image-graph";
import { stillRemovable } from "./still-removable";

const digest = (name: string) => `sha256:${name.repeat(64).slice(0, 64)}`;
const node = (name: string, parts: { tags?: string[]; children?: string[]; subject?: string } = {}): GraphNode => ({
  repositoryName: "acme/api",
  digest: digest(name),
  tags: (parts.tags ?? []).map((tag) => ({ name: tag })),
  children: (parts.children ?? []).map(digest),
  subject: parts.subject === undefined ? null : digest(parts.subject),
});
const begun = new Set([digest("c"), digest("d"), digest("e")]);

describe("stillRemovable", () => {
  it("lets go what only the removed image held", () => {
    expect(stillRemovable([node("c"), node("d")], begun, new Set())).toEqual(new Set([digest("c"), digest("d")]));
  });
  it("keeps a child that another index lists by now, and what belongs to the child", () => {
    const repository = [
      node("a", { tags: ["v2"], children: ["c"] }),
      node("c"),
      node("d"),
      node("e", { subject: "c" }),
    ];
    expect(stillRemovable(repository, begun, new Set())).toEqual(new Set([digest("d")]));
  });
  it("keeps what was tagged meanwhile, but not for a tag that was recorded", () => {
    const repository = [node("c", { tags: ["new"] }), node("d", { tags: ["old"] })];
    expect(stillRemovable(repository, begun, new Set(["old"]))).toEqual(new Set([digest("d")]));
  });
  it("keeps everything below an index that stays", () => {
    const repository = [node("c", { tags: ["new"], children: ["d"] }), node("d", { children: ["e"] }), node("e")];
    expect(stillRemovable(repository, begun, new Set())).toEqual(new Set());
  });
});
