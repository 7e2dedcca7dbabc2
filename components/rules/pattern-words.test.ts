import { describe, expect, test } from "vitest";
import { patternInWords } from "./pattern-words";

const tag = (kind: "glob" | "regex" | "semver", value: string) => patternInWords({ kind, value }, "tag");
const repository = (kind: "glob" | "regex", value: string) => patternInWords({ kind, value }, "repository");

describe("a pattern in words", () => {
  test.each([
    ["latest", "Exactly `latest`."],
    ["pr-*", "Begins with `pr-`."],
    ["*-rc", "Ends with `-rc`."],
    ["*debug*", "Contains `debug`."],
    ["*", "Every tag."],
    ["v{1,2}.*", "`*` is any text, `?` any one character, `{a,b}` either."],
  ])("N-09 the glob %s on tags", (value, expected) => expect(tag("glob", value)).toBe(expected));

  test.each([
    ["acme/web", "Exactly `acme/web`."],
    ["acme/**", "Every repository under `acme/`."],
    ["acme/*", "Repositories right under `acme/`, not deeper."],
    ["**", "Every repository."],
    ["acme-*", "Begins with `acme-`, with no `/` in the part that is open."],
  ])("N-09 the glob %s on repositories", (value, expected) => expect(repository("glob", value)).toBe(expected));

  test.each([
    ["^v\\d+$", "The whole tag must match."],
    ["^v", "Found at the start of the tag; what follows is free. End it with `$` for the whole."],
    ["-rc\\d$", "Found at the end of the tag; what comes before is free. Begin it with `^` for the whole."],
    ["rc", "Found anywhere in the tag. `^` and `$` tie it to the ends."],
    ["^a\\$", "Found at the start of the tag; what follows is free. End it with `$` for the whole."],
  ])("N-09 the anchors of the regex %s are said, for they are invisible", (value, expected) =>
    expect(tag("regex", value)).toBe(expected),
  );
});
