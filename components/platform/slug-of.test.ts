import fc from "fast-check";
import { expect, it } from "vitest";
import { createWorkspace } from "@/contracts/platform-people";
import { slugOf } from "./slug-of";

it.each([
  ["Acme Corp.", "acme-corp"],
  ["  Müller & Söhne ", "muller-sohne"],
  ["日本", ""],
])("%s", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

it("makes what may be an address, or next to nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (name) => {
      const slug = slugOf(name);
      if (slug.length >= 2)
        expect(createWorkspace.body.safeParse({ name: "x", slug, adminEmail: "a@b.example" }).success).toBe(true);
    }),
  );
});
