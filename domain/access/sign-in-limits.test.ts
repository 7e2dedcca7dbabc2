import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FREE_ATTEMPTS, tooManyAttempts, waitSecondsAfter } from "./sign-in-limits";

describe("waitSecondsAfter", () => {
  it("lets somebody mistype a few times", () => {
    for (let attempt = 1; attempt < FREE_ATTEMPTS; attempt++) expect(waitSecondsAfter(attempt)).toBe(0);
    expect(waitSecondsAfter(FREE_ATTEMPTS)).toBe(60);
  });

  it("never gets shorter, and never longer than a quarter of an hour", () => {
    const attempt = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(attempt, attempt, (a, b) => {
        const [first, later] = [waitSecondsAfter(Math.min(a, b)), waitSecondsAfter(Math.max(a, b))];
        expect(later).toBeGreaterThanOrEqual(first);
        expect(later).toBeLessThanOrEqual(900);
      }),
    );
  });

  it("leaves a guesser fewer than 160 tries a day", () => {
    let [tries, seconds] = [0, 0];
    // Each window of six hours begins anew.
    for (let window = 0; window < 4; window++) {
      for (let attempt = 1, start = seconds; seconds - start < 6 * 3600; attempt++, tries++)
        seconds += waitSecondsAfter(attempt);
    }
    expect(tries).toBeLessThan(160);
  });
});

describe("tooManyAttempts", () => {
  it.each([
    [1, "a minute"],
    [60, "a minute"],
    [61, "2 minutes"],
    [900, "15 minutes"],
  ])("%i s", (seconds, words) => {
    expect(tooManyAttempts(seconds)).toBe(`Too many attempts. Try again in ${words}.`);
  });
});
