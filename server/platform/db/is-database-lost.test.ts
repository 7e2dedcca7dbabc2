import { describe, expect, it } from "vitest";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { isDatabaseLost } from "./is-database-lost";

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

describe("isDatabaseLost", () => {
  it.each([
    coded("terminating connection due to administrator command", "57P01"),
    coded("the database system is starting up", "57P03"),
    coded("sorry, too many clients already", "53300"),
    coded("connect ECONNREFUSED 127.0.0.1:5432", "ECONNREFUSED"),
    coded("Server has closed the connection.", "P1017"),
    new Error("Database error. Code: `57P01`. Message: `terminating connection due to administrator command`"),
    new Error("Connection terminated unexpectedly"),
    new Error("the lock's connection ended"),
    new Error("a query failed", { cause: coded("", "ECONNRESET") }),
  ])("knows %s", (error) => {
    expect(isDatabaseLost(error)).toBe(true);
  });

  it.each([
    coded("duplicate key value violates unique constraint", "23505"),
    coded("Unique constraint failed", "P2002"),
    new RegistryError({
      ...{ kind: "unavailable", status: null, code: "UNREACHABLE", message: "connection closed" },
      cause: coded("", "ECONNREFUSED"),
    }),
    "terminating connection",
    undefined,
  ])("does not take %s for it", (error) => {
    expect(isDatabaseLost(error)).toBe(false);
  });
});
