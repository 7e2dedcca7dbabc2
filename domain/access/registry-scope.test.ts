import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  grantAccess,
  isInPrefix,
  isRecycleBin,
  isRepositoryName,
  namedPrefixes,
  parseScopes,
  type RegistryAccess,
  type ScopePrincipal,
  type SpaceGrant,
} from "./registry-scope";

const user = (...spaces: SpaceGrant[]): ScopePrincipal => ({ kind: "user", spaces });
const admin: SpaceGrant = { prefix: "acme", role: "admin" };
const editor: SpaceGrant = { prefix: "acme", role: "editor" };
const viewer: SpaceGrant = { prefix: "acme", role: "viewer" };
const system: ScopePrincipal = { kind: "system" };

function granted(scope: string, principal: ScopePrincipal, isReadOnly = false): string[] {
  const { access } = grantAccess({ requested: parseScopes([scope]), principal, isReadOnly });
  return access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`);
}

describe("parseScopes", () => {
  const table: [string, string[], RegistryAccess[]][] = [
    ["one", ["repository:a/b:pull"], [{ type: "repository", name: "a/b", actions: ["pull"] }]],
    [
      "repeated and separated by spaces",
      ["repository:a:pull,push repository:b:pull", "repository:c:*"],
      [
        { type: "repository", name: "a", actions: ["pull", "push"] },
        { type: "repository", name: "b", actions: ["pull"] },
        { type: "repository", name: "c", actions: ["*"] },
      ],
    ],
    [
      "the same name twice is one entry",
      ["repository:a:pull", "repository:a:push,pull"],
      [{ type: "repository", name: "a", actions: ["pull", "push"] }],
    ],
    [
      "a name with a port",
      ["repository:localhost:5000/a/b:pull"],
      [{ type: "repository", name: "localhost:5000/a/b", actions: ["pull"] }],
    ],
    ["a class", ["repository(plugin):a/b:pull"], [{ type: "repository", name: "a/b", actions: ["pull"] }]],
    ["the catalog", ["registry:catalog:*"], [{ type: "registry", name: "catalog", actions: ["*"] }]],
    [
      "nonsense",
      ["", " ", "pull", "repository:a", ":a:pull", "repository::pull", "repository:a:", "repository:a:,"],
      [],
    ],
  ];
  it.each(table)("%s", (_, values, expected) => {
    expect(parseScopes(values)).toEqual(expected);
  });

  it("reads no more than a hundred names", () => {
    const values = Array.from({ length: 500 }, (_, i) => `repository:a/r${i}:pull`);
    expect(parseScopes(values)).toHaveLength(100);
  });

  it("never throws, whatever is sent", () => {
    fc.assert(fc.property(fc.array(fc.string()), (values) => void parseScopes(values)));
  });
});

describe("grantAccess", () => {
  const table: [string, string, ScopePrincipal, string[]][] = [
    ["viewer pulls", "repository:acme/api:pull", user(viewer), ["repository:acme/api:pull"]],
    ["viewer does not push", "repository:acme/api:pull,push", user(viewer), ["repository:acme/api:pull"]],
    ["viewer's * is pull", "repository:acme/api:*", user(viewer), ["repository:acme/api:pull"]],
    ["editor pushes", "repository:acme/api:pull,push", user(editor), ["repository:acme/api:pull,push"]],
    ["editor does not delete past the bin", "repository:acme/api:delete", user(editor), []],
    ["editor's * is no delete", "repository:acme/api:*", user(editor), ["repository:acme/api:pull,push"]],
    [
      "admin does not delete past the bin",
      "repository:acme/api:push,delete",
      user(admin),
      ["repository:acme/api:push"],
    ],
    ["no more than asked", "repository:acme/api:pull", user(admin), ["repository:acme/api:pull"]],
    ["the prefix itself is a repository of it", "repository:acme:pull", user(viewer), ["repository:acme:pull"]],
    ["whole path components only", "repository:acme-corp/api:pull", user(admin), []],
    ["longer first component", "repository:acmecorp:pull", user(admin), []],
    ["another's space", "repository:globex/api:pull", user(admin), []],
    ["parts", "repository:acme/a:pull repository:globex/b:pull", user(admin), ["repository:acme/a:pull"]],
    ["dots", "repository:acme/../globex/api:pull", user(admin), []],
    ["upper case", "repository:acme/API:pull", user(admin), []],
    ["leading slash", "repository:/acme/api:pull", user(admin), []],
    ["trailing slash", "repository:acme/:pull", user(admin), []],
    ["double slash", "repository:acme//api:pull", user(admin), []],
    ["host in the name", "repository:localhost:5000/acme/api:pull", user(admin), []],
    ["a star is no name", "repository:acme/*:pull", user(admin), []],
    ["other types", "plugin:acme/api:pull", user(admin), []],
    ["catalog", "registry:catalog:*", user(admin), []],
    ["bin", "repository:recyclebin/spc_1/acme/api:pull", user({ prefix: "recyclebin", role: "admin" }), []],
    ["a space without prefix is nothing", "repository:acme/api:pull", user({ prefix: "", role: "admin" }), []],
    ["anonymous", "repository:acme/api:pull", { kind: "anonymous" }, []],
    ["anonymous catalog", "registry:catalog:*", { kind: "anonymous" }, []],
    ["system deletes", "repository:acme/api:delete", system, ["repository:acme/api:delete"]],
    ["system and bin", "repository:recyclebin/s/a:*", system, ["repository:recyclebin/s/a:pull,push,delete"]],
    ["system catalog", "registry:catalog:*", system, ["registry:catalog:*"]],
    ["system, nothing else of the registry", "registry:other:*", system, []],
  ];
  it.each(table)("%s", (_, scope, principal, expected) => {
    expect(granted(scope, principal)).toEqual(expected);
  });

  it("gives the mount of a tenant its target but never the bin as its source", () => {
    expect(granted("repository:acme/api:pull,push repository:recyclebin/spc_1/globex/api:pull", user(admin))).toEqual([
      "repository:acme/api:pull,push",
    ]);
  });

  it("takes the sum of the roles where a caller has several", () => {
    expect(granted("repository:acme/api:pull,push", user(viewer, editor))).toEqual(["repository:acme/api:pull,push"]);
  });

  const readOnly: [string, string, ScopePrincipal, string[], boolean][] = [
    ["pull is served", "repository:acme/api:pull", user(editor), ["repository:acme/api:pull"], false],
    ["push is flagged", "repository:acme/api:pull,push", user(editor), ["repository:acme/api:pull"], true],
    [
      "one push of many is flagged",
      "repository:acme/a:pull repository:acme/b:push",
      user(editor),
      ["repository:acme/a:pull"],
      true,
    ],
    [
      "a viewer's push fails for his role, not for the collection",
      "repository:acme/api:pull,push",
      user(viewer),
      ["repository:acme/api:pull"],
      false,
    ],
    ["a push elsewhere fails for the space", "repository:globex/api:pull,push", user(editor), [], false],
    ["* is left with pull", "repository:acme/api:*", user(editor), ["repository:acme/api:pull"], false],
    ["the system goes on", "repository:acme/api:push,delete", system, ["repository:acme/api:push,delete"], false],
  ];
  it.each(readOnly)("read-only: %s", (_, scope, principal, expected, flagged) => {
    expect(granted(scope, principal, true)).toEqual(expected);
    expect(grantAccess({ requested: parseScopes([scope]), principal, isReadOnly: true }).deniedByReadOnly).toBe(
      flagged,
    );
  });
});

describe("namedPrefixes", () => {
  it("names what is above a repository, and nothing for what is no name", () => {
    const of = (...scopes: string[]) => namedPrefixes(parseScopes(scopes));
    expect(of("repository:a/b/c:pull", "repository:a/x:push")).toEqual(["a/b/c", "a/b", "a", "a/x"]);
    expect(
      of("repository:A/b:pull", "repository:a/../b:pull", "registry:catalog:*", "repository:a\u0000:pull"),
    ).toEqual([]);
  });
});

describe("laws of a grant", () => {
  const word = fc.constantFrom("acme", "acme-x", "globex", "recyclebin", "api", "..", "API", "", "a:1", "*");
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const actions = fc.array(fc.constantFrom<string>("pull", "push", "delete", "*", "x"), { minLength: 1, maxLength: 4 });
  const type = fc.constantFrom("repository", "registry", "other");
  const requested = fc.array(fc.record({ type, name: fc.oneof(name, fc.constant("catalog"), fc.string()), actions }));
  const space = fc.record({
    prefix: fc.constantFrom("acme", "globex", "acme/api", "recyclebin", ""),
    role: fc.constantFrom("viewer" as const, "editor" as const, "admin" as const),
  });

  it("a tenant gets only what was asked, inside a space of a fitting role, never the bin, the catalog or a delete", () => {
    fc.assert(
      fc.property(requested, fc.array(space), fc.boolean(), (requests, spaces, isReadOnly) => {
        const { access } = grantAccess({ requested: requests, principal: { kind: "user", spaces }, isReadOnly });
        for (const grant of access) {
          expect(grant.type).toBe("repository");
          expect(isRepositoryName(grant.name) && !isRecycleBin(grant.name)).toBe(true);
          const asked = requests
            .filter((r) => r.type === grant.type && r.name === grant.name)
            .flatMap((r) => r.actions);
          const mine = spaces.filter((s) => isInPrefix(grant.name, s.prefix));
          expect(mine.length).toBeGreaterThan(0);
          expect(grant.actions.length).toBeGreaterThan(0);
          for (const action of grant.actions) {
            expect(asked.includes(action) || asked.includes("*")).toBe(true);
            expect(["pull", "push"]).toContain(action);
            if (action === "push") {
              expect(isReadOnly).toBe(false);
              expect(mine.some((s) => s.role !== "viewer")).toBe(true);
            }
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("spaces of other prefixes than the named ones change nothing", () => {
    fc.assert(
      fc.property(requested, fc.array(space), fc.boolean(), (requests, spaces, isReadOnly) => {
        const named = new Set(namedPrefixes(requests));
        const some = spaces.filter(({ prefix }) => named.has(prefix));
        const grant = (all: SpaceGrant[]) =>
          grantAccess({ requested: requests, principal: { kind: "user", spaces: all }, isReadOnly });
        expect(grant(some)).toEqual(grant(spaces));
      }),
      { numRuns: 1000 },
    );
  });

  it("nobody without credentials gets anything", () => {
    fc.assert(
      fc.property(requested, fc.boolean(), (requests, isReadOnly) => {
        const principal: ScopePrincipal = { kind: "anonymous" };
        expect(grantAccess({ requested: requests, principal, isReadOnly }).access).toEqual([]);
      }),
    );
  });
});
