import { request as httpRequest } from "node:http";
import { expect, test } from "@playwright/test";
import { listWorkspaceBinEntries } from "@/contracts/recycle-bin";
import type { Role } from "@/domain/access/permissions";
import { RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { type SkopeoTarget, skopeoCopy, skopeoInspectDigest, skopeoPull } from "@/testing/skopeo";
import { closureProblems } from "@/testing/storage/verify-closure";
import { sharedStack } from "./support/shared-stack";
import type { StackPlace } from "./support/stack";
import { createFilledSpace, createTenant, reclaimSome, type Tenant, takeTags } from "./support/tenants";

/** Whoever has an account tries every way into the recycle bin: by tag, by digest, by mount, by scopes that look like something else. */
let stack: StackPlace;
let owner: Tenant;
let stranger: Tenant;
/** What is in the bin, and where. */
let bin: { repository: string; source: string; digest: string; tag: string; blobs: string[] };

const PEOPLE = ["owner's admin", "owner's editor", "owner's viewer", "stranger's admin", "nobody"] as const;
type Person = (typeof PEOPLE)[number];

test.beforeAll(async () => {
  stack = await sharedStack();
  [owner, stranger] = [await createTenant(stack, "north"), await createTenant(stack, "south")];
  const { workspaceId, admin, members } = owner;
  const tenant = { workspaceId, api: admin, session: members.admin };
  const space = await createFilledSpace(stack, tenant, { prefix: "north", repositories: 1, imagesPerRepository: 3 });
  const place = { workspaceId, spaceId: space.spaceId };
  const image = space.images.find(({ tags }) => tags.includes("v1"));
  if (!image) throw new Error("v1 was not pushed");
  const manifest = await readManifest(image.repository, image.digest);
  const { entries } = await reclaimSome(admin, place, takeTags("v1"));
  const entry = entries.find(({ digest }) => digest === image.digest);
  if (!entry) throw new Error("v1 is not in the bin");
  const repository = binRepositoryName(space.spaceId, entry.repositoryName);
  bin = {
    ...{ repository, source: entry.repositoryName, digest: entry.digest, tag: "v1" },
    blobs: [...manifest, entry.digest],
  };
  expect(closureProblems(stack.storageRoot, repository, entry.digest), "it is there, whole").toEqual([]);
});

/** Digests of an image's config and layers, while its owner may still read it. */
async function readManifest(repository: string, digest: string): Promise<string[]> {
  const bearer = await tokenFor("owner's viewer", [`repository:${repository}:pull`]);
  const answer = await raw("GET", `/v2/${repository}/manifests/${digest}`, bearer.token);
  const body = JSON.parse(answer.body) as { config: { digest: string }; layers: { digest: string }[] };
  return [body.config.digest, ...body.layers.map((layer) => layer.digest)];
}

function accountOf(person: Person): { email: string; password: string } | null {
  if (person === "nobody") return null;
  const [whose, role] = person.split("'s ");
  return (whose === "owner" ? owner : stranger).members[role as Role];
}

function target(person: Person, repository: string, reference: string): SkopeoTarget {
  const account = accountOf(person);
  const place = { registryUrl: stack.registryUrl, repository, reference };
  return account === null ? place : { ...place, username: account.email, password: account.password };
}

/** What the console gives for these scopes: a token with its access claim, or none. */
async function tokenFor(person: Person, scopes: readonly string[]): Promise<{ token: string; names: string[] }> {
  const account = accountOf(person);
  const url = new URL("/api/registry/token", stack.url);
  url.searchParams.set("service", "reclaim");
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const basic = account && Buffer.from(`${account.email}:${account.password}`).toString("base64");
  const response = await fetch(url, basic === null ? {} : { headers: { authorization: `Basic ${basic}` } });
  if (!response.ok) return { token: "", names: [] };
  const { token } = (await response.json()) as { token: string };
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    access?: { name: string; actions: string[] }[];
  };
  return { token, names: (claims.access ?? []).filter(({ actions }) => actions.length > 0).map(({ name }) => name) };
}

/** A request whose path is sent letter by letter, as no well-behaved client would. */
function raw(method: string, path: string, token: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(stack.registryUrl);
  const accept = ["oci.image.manifest.v1", "oci.image.index.v1"].map((type) => `application/vnd.${type}+json`);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { hostname, port, path, method, headers: { authorization: `Bearer ${token}`, accept: accept.join(", ") } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

for (const person of PEOPLE) {
  test(`R-06 D-07 ${person} pulls nothing of the bin with skopeo, by tag or by digest`, async () => {
    for (const repository of [bin.repository, bin.source]) {
      for (const reference of [bin.tag, bin.digest]) {
        for (const pull of [skopeoPull, skopeoInspectDigest])
          expect(await pull(target(person, repository, reference))).toMatchObject({ ok: false });
      }
    }
    const stolen = await skopeoCopy(
      target(person, bin.repository, bin.digest),
      target(person, `${bin.source}-stolen`, "v1"),
    );
    expect(stolen.ok).toBe(false);
  });

  test(`R-06 ${person} reads nothing of the bin with a token of their own`, async () => {
    const { token, names } = await tokenFor(person, [`repository:${bin.repository}:pull,push,delete,*`]);
    expect(names).toEqual([]);
    const paths = [
      ...[`manifests/${bin.tag}`, `manifests/${bin.digest}`, "tags/list"],
      ...bin.blobs.map((digest) => `blobs/${digest}`),
    ];
    for (const path of paths) {
      for (const method of ["GET", "HEAD"])
        expect((await raw(method, `/v2/${bin.repository}/${path}`, token)).status, path).toBe(401);
    }
    // There is no such thing at this registry, for anybody.
    expect((await raw("GET", `/v2/${bin.repository}/referrers/${bin.digest}`, token)).status).toBe(404);
    for (const [method, path] of [
      ["DELETE", `manifests/${bin.digest}`],
      ["DELETE", `blobs/${bin.blobs[0]}`],
      ["POST", "blobs/uploads/"],
      ["PUT", "manifests/v1"],
    ] as const)
      expect((await raw(method, `/v2/${bin.repository}/${path}`, token)).status, path).toBe(401);
    expect((await raw("GET", "/v2/_catalog", token)).status).toBe(401);
  });
}

for (const person of ["owner's admin", "owner's editor", "stranger's admin"] as const) {
  test(`R-06 ${person} mounts no blob of the bin into a repository of their own`, async () => {
    const own = person.startsWith("owner") ? "north/loot" : "south/loot";
    const { token, names } = await tokenFor(person, [
      `repository:${own}:pull,push`,
      `repository:${bin.repository}:pull`,
    ]);
    expect(names).not.toContain(bin.repository);
    for (const digest of bin.blobs) {
      const path = `/v2/${own}/blobs/uploads/?mount=${digest}&from=${bin.repository}`;
      const { status } = await raw("POST", path, token);
      // 201 would be a mount; 202 opens an upload of nothing.
      expect(status).not.toBe(201);
      expect((await raw("HEAD", `/v2/${own}/blobs/${digest}`, token)).status).not.toBe(200);
    }
  });
}

const TRICKS = (name: string): string[] => [
  `repository:${name}:*`,
  `repository:${name.toUpperCase()}:pull`,
  `repository:/${name}:pull`,
  `repository:${name}/:pull`,
  `repository:${name.replace("/", "//")}:pull`,
  `repository:north/../${name}:pull`,
  `repository:north/%2e%2e/${name}:pull`,
  `repository:./${name}:pull`,
  `repository: ${name}:pull`,
  `repository:north repository:${name}:pull`,
  `repository(plugin):${name}:pull`,
  `registry:${name}:pull`,
  `repository:127.0.0.1:5000/${name}:pull`,
  `repository:${name}\u0000:pull`,
  `repository:${name}:pull:push`,
  `repository:north/app:pull\nrepository:${name}:pull`,
  `repository:${RECYCLE_BIN_PREFIX}:pull`,
  `repository:${RECYCLE_BIN_PREFIX}/*:pull`,
  "repository:*:*",
  "registry:catalog:*",
];

for (const person of PEOPLE) {
  test(`R-06 no scope that ${person} can think of opens the bin`, async () => {
    for (const scope of [...TRICKS(bin.repository), TRICKS(bin.repository).join(" ")]) {
      const { token, names } = await tokenFor(person, [scope]);
      expect(
        names.filter((name) => name.toLowerCase().includes(RECYCLE_BIN_PREFIX)),
        scope,
      ).toEqual([]);
      const { status } = await raw("GET", `/v2/${bin.repository}/manifests/${bin.digest}`, token);
      expect(status, scope).toBe(401);
    }
  });
}

test("R-06 no path leads into the bin with a token for one's own repository", async () => {
  const { token, names } = await tokenFor("owner's admin", ["repository:north/app-0:pull,push"]);
  expect(names).toEqual(["north/app-0"]);
  const rest = `manifests/${bin.digest}`;
  for (const path of [
    `/v2/north/app-0/../../${bin.repository}/${rest}`,
    `/v2/north/app-0/%2e%2e/%2e%2e/${bin.repository}/${rest}`,
    `/v2/north/app-0/..%2f..%2f${bin.repository}/${rest}`,
    `/v2//${bin.repository}/${rest}`,
    `/v2/./${bin.repository}/${rest}`,
    `/v2/${bin.repository.toUpperCase()}/${rest}`,
    `/v2/${encodeURIComponent(bin.repository)}/${rest}`,
    `/v2/north/app-0/manifests/../../../${bin.repository}/${rest}`,
  ]) {
    const { status, body } = await raw("GET", path, token);
    expect(status, path).not.toBe(200);
    expect(body, path).not.toContain('"layers"');
  }
});

test("R-06 the owner has it again after a restore, and not before", async () => {
  const pulled = await skopeoPull(target("owner's viewer", bin.source, bin.tag));
  expect(pulled.ok).toBe(false);
  expect(closureProblems(stack.storageRoot, bin.repository, bin.digest), "it is still whole").toEqual([]);
});

/** As `curl -u U:P -X DELETE https://HOST/api/v0/repositories/<namespace>/<reponame>/manifests/<reference>` sends it. */
async function softDelete(person: Person, path: string, password?: string): Promise<number> {
  const account = accountOf(person);
  const basic = account && Buffer.from(`${account.email}:${password ?? account.password}`).toString("base64");
  const response = await fetch(`${stack.url}/api/v0/repositories/${path}`, {
    method: "DELETE",
    headers: {
      accept: "*/*",
      "user-agent": "curl/7.88.1",
      ...(basic === null ? {} : { authorization: `Basic ${basic}` }),
    },
  });
  return response.status;
}

test("R-07 R-08 R-09 the registry's old DELETE line moves one image to the bin, for whoever may write there", async () => {
  const { api, place } = { api: owner.admin, place: { workspaceId: owner.workspaceId } };
  const line = "north/app-0/manifests/v2";
  expect(await softDelete("nobody", line)).toBe(401);
  expect(await softDelete("owner's admin", line, "wrong")).toBe(401);
  expect(await softDelete("stranger's admin", line), "as if there were nothing").toBe(404);
  expect(await softDelete("stranger's admin", "north/nothing/manifests/v2")).toBe(404);
  expect(await softDelete("owner's viewer", line)).toBe(403);
  expect(await softDelete("owner's editor", "north/app-0/manifests/no-such-tag")).toBe(404);
  expect(await softDelete("owner's editor", "north/app-0/manifests")).toBe(404);
  const there = target("owner's viewer", "north/app-0", "v2");
  const { digest } = await skopeoInspectDigest(there);
  expect(await softDelete("owner's editor", line)).toBe(204);
  expect((await skopeoPull(there)).ok).toBe(false);
  const { items } = await api.call(listWorkspaceBinEntries, { params: place, query: { limit: 50 } });
  expect(items.filter((entry) => entry.digest === digest)).toMatchObject([
    { state: "held", repositoryName: "north/app-0" },
  ]);
  expect(await softDelete("owner's editor", `north/app-0/manifests/${digest}`), "it is there already").toBe(404);
});
