import { describe, expect, it } from "vitest";
import { forEachLimited } from "./for-each-limited";

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("forEachLimited", () => {
  it("does every item once and never more than the limit at a time", async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    await forEachLimited(
      Array.from({ length: 20 }, (_, i) => i),
      3,
      async (item) => {
        most = Math.max(most, ++running);
        await tick();
        running--;
        seen.push(item);
      },
    );
    expect(most).toBe(3);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it("begins nothing after a failure and throws when the rest has ended", async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      await tick();
      if (item === 1) throw new Error("broken");
      await tick();
      ended.push(item);
    };
    await expect(forEachLimited([0, 1, 2, 3, 4, 5], 2, work)).rejects.toThrow("broken");
    const atThrow = [...ended];
    await tick();
    await tick();
    expect(ended).toEqual(atThrow);
    expect(ended.length).toBeLessThan(4);
  });

  it("stops at an abort", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const work = async (item: number) => {
      seen.push(item);
      if (item === 1) controller.abort(new Error("enough"));
    };
    await expect(forEachLimited([0, 1, 2, 3], 1, work, controller.signal)).rejects.toThrow("enough");
    expect(seen).toEqual([0, 1]);
  });
});
