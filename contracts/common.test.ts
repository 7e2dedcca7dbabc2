import { expect, test } from "vitest";
import { editedRevisionSchema, hasOnlyVisibleText } from "./common";

test("a name may be in any script, and hide nothing", () => {
  for (const name of ["old images", "Größe ≥ 3", "画像の整理", "تنظيف", "🧹 tidy"])
    expect(hasOnlyVisibleText(name)).toBe(true);
  for (const name of ["RTL \u202elive", "zero\u200bwidth", "tab\there", "bell\u0007", "\ufeffmark", "\u2066isolated"]) {
    expect(hasOnlyVisibleText(name)).toBe(false);
  }
});

test("a revision that the database cannot count to is refused before it is asked", () => {
  expect(editedRevisionSchema.safeParse(2_147_483_646).success).toBe(true);
  expect(editedRevisionSchema.safeParse(2_147_483_647).success).toBe(false);
});
