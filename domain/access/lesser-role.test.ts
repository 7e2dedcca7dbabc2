import fc from "fast-check";
import { expect, test } from "vitest";
import { lesserRole } from "./lesser-role";
import { PERMISSIONS, ROLES, roleCan } from "./permissions";

test("tokens: the lesser of two roles allows what both allow, and nothing else", () => {
  const role = fc.constantFrom(...ROLES);
  fc.assert(
    fc.property(role, role, (one, other) => {
      for (const permission of Object.keys(PERMISSIONS)) {
        expect(roleCan(lesserRole(one, other), permission)).toBe(
          roleCan(one, permission) && roleCan(other, permission),
        );
      }
    }),
  );
});
