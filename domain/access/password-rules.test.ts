import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PASSWORD_MIN_LENGTH, passwordProblem } from "./password-rules";

const ada = { email: "ada.lovelace@acme.example", name: "Ada Lovelace" };

describe("passwordProblem", () => {
  it.each([
    "correct horse battery staple",
    "Tr0ub4dor&3-and-more",
    "ein langes Passwort mit Wörtern",
    "密码密钥安全可靠的长短语足够",
  ])("takes %s", (password) => {
    expect(passwordProblem(password, ada)).toBeNull();
  });

  it.each([
    ["short", "characters or more"],
    ["aaaaaaaaaaaaaaaa", "different characters"],
    ["ababababababab", "different characters"],
    ["Password1234!", "tries this one first"],
    ["passwordpassword", "tries this one first"],
    ["changeme-2024-2025", "tries this one first"],
    ["ada.lovelace@acme.example", "name or e-mail"],
    ["AdaLovelace-ada.lovelace1", "name or e-mail"],
    ["x".repeat(201), "at most 200"],
  ])("refuses %s", (password, why) => {
    expect(passwordProblem(password, ada)).toContain(why);
  });

  it("takes no shorter one, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: PASSWORD_MIN_LENGTH - 1, unit: "grapheme" }), (password) => {
        if ([...password].length < PASSWORD_MIN_LENGTH) expect(passwordProblem(password, ada)).not.toBeNull();
      }),
    );
  });
});
