import { describe, expect, it } from "vitest";
import { among, beyond, glob, idle, protect, regex, rule, semver } from "@/testing/artifact-facts";
import type { AppliedRule } from "./rule";
import { ruleSentence, scheduleText } from "./sentence";
import { RULE_TEMPLATES } from "./templates";

const sentence = ({ definition }: AppliedRule) => ruleSentence(definition);

describe("ruleSentence", () => {
  it.each<[string, AppliedRule]>([
    [
      "Reclaim images of `web/**` tagged `pr-*`, idle for 14 days, beyond the 3 newest",
      rule("r", { repositories: [glob("web/**")], tags: [glob("pr-*")], when: [idle(14, "active"), beyond(3)] }),
    ],
    [
      "Protect images tagged version `>=1` or `/^v/` except `latest` and `edge`, among the 1 highest version",
      protect("r", {
        tags: [semver(">=1"), regex("^v")],
        notTags: [glob("latest"), glob("edge")],
        when: [among(1, "semver")],
      }),
    ],
    [
      "Reclaim images of `a`, `b` or `c` with a tag, older than 1 day",
      rule("r", { repositories: [glob("a"), glob("b"), glob("c")], when: [idle(1)] }),
    ],
    ["Reclaim images tagged anything except `latest`", rule("r", { notTags: [glob("latest")] })],
    ["Reclaim images tagged `pr-*` or untagged", rule("r", { tags: [glob("pr-*")], state: "any" })],
    ["Reclaim untagged images, beyond the 3 newest", rule("r", { state: "untagged", when: [beyond(3)] })],
    ["Reclaim charts", rule("r", { state: "any", kinds: "chart" })],
    [
      "Reclaim images with a tag, built more than 30 days ago, beyond the 2 most recently used of each `/^(env)-/`",
      rule("r", { when: [idle(30, "created"), { kind: "beyond", n: 2, order: "active", groupBy: "^(env)-" }] }),
    ],
    [
      "Protect artifacts, used in the last 7 days",
      protect("r", { state: "any", kinds: "any", when: [{ kind: "within", days: 7, clock: "active" }] }),
    ],
  ])("%s", (words, definition) => {
    expect(sentence(definition)).toBe(words);
  });

  it("puts every template in words", () => {
    expect(RULE_TEMPLATES.map(({ id, definition }) => [id, ruleSentence(definition)])).toEqual([
      ["untagged", "Reclaim artifacts, untagged for 7 days"],
      ["pr-builds", "Reclaim images tagged `pr-*`, idle for 14 days, beyond the 3 newest"],
      ["last-releases", "Reclaim images tagged version `*`, beyond the 10 highest versions"],
      ["not-pulled", "Reclaim images with a tag, idle for 90 days"],
      ["latest-and-recent", "Reclaim images with a tag, older than 30 days, beyond the 20 newest"],
      ["tidy-up", "Reclaim images that are untagged, or older than 90 days and beyond the 5 newest"],
    ]);
  });
});

describe("scheduleText", () => {
  it("says when a rule runs", () => {
    expect(scheduleText({ kind: "manual" })).toBe("Runs by hand");
    expect(scheduleText({ kind: "onQuota", percent: 80 })).toBe("When 80 % of the quota is used");
    expect(scheduleText({ kind: "cron", expression: "0 3 * * 0", timeZone: "Europe/Berlin" })).toBe(
      "At 03:00, only on Sunday (Europe/Berlin)",
    );
  });
});
