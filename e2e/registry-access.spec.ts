import http from "node:http";
import { expect, test } from "@playwright/test";
import { getImageManifest } from "@/contracts/image-details";
import { listSpaces } from "@/contracts/spaces";
import type { Role } from "@/domain/access/permissions";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { type SkopeoTarget, skopeoCopy, skopeoDelete, skopeoInspectDigest, skopeoPull } from "@/testing/skopeo";
import { closureProblems } from "@/testing/storage/verify-closure";
import type { PushedImage } from "./support/images";
import { sharedStack } from "./support/shared-stack";
import type { StackPlace } from "./support/stack";
import { createFilledSpace, createTenant, reclaimSome, type Tenant, takeTags } from "./support/tenants";

/** What members may do with skopeo, as they would with docker: the registry asks the console for each of it. */
let stack: StackPlace;
let east: Tenant;
let west: Tenant;
let image: PushedImage;
let foreignImage: PushedImage;

test.beforeAll(async () => {
  stack = await sharedStack();
  [east, west] = [await createTenant(stack, "east"), await createTenant(stack, "west")];
  image = await fill(east, "east");
  foreignImage = await fill(west, "west");
});

async function fill({ workspaceId, admin, members }: Tenant, prefix: string): Promise<PushedImage> {
  const tenant = { workspaceId, api: admin, session: members.admin };
  const { images } = await createFilledSpace(stack, tenant, { prefix, repositories: 1, imagesPerRepository: 3 });
  const [first] = images;
  if (!first) throw new Error("nothing was pushed");
  return first;
}

function target(who: Role | "nobody", repository: string, reference: string): SkopeoTarget {
  const place = { registryUrl: stack.registryUrl, repository, reference };
  if (who === "nobody") return place;
  const { email: username, password } = east.members[who];
  return { ...place, username, password };
}

const tagOf = ({ tags }: PushedImage) => tags[0] ?? "";
/** What the registry and the console say to somebody who may not. */
const REFUSED = /unauthorized|denied|authentication required/i;

for (const who of ["admin", "editor", "viewer"] as const) {
  test(`the ${who} pulls what is in the workspace's own space`, async () => {
    const pulled = await skopeoPull(target(who, image.repository, tagOf(image)));
    expect(pulled).toEqual({ ok: true, digest: image.digest, error: null });
  });
}

for (const who of ["admin", "nobody"] as const) {
  test(`${who === "admin" ? "another workspace's admin" : "nobody signed in"} pulls neither by tag nor by digest`, async () => {
    const { repository, digest } = foreignImage;
    for (const reference of [tagOf(foreignImage), digest]) {
      for (const pull of [skopeoPull, skopeoInspectDigest]) {
        const result = await pull(target(who, repository, reference));
        expect(result.ok).toBe(false);
        expect(result.error).toMatch(REFUSED);
      }
    }
  });
}

/** Both are asked one after the other. */
const TIME = /time="[^"]*"/;

test("a repository that does not exist is refused as a foreign one is", async () => {
  const unknown = await skopeoPull(target("admin", "nowhere/app", "v0"));
  const foreign = await skopeoPull(target("admin", foreignImage.repository, "v0"));
  const said = ({ error }: typeof unknown, repository: string) => error?.replaceAll(repository, "X").replace(TIME, "");
  expect(said(unknown, "nowhere/app")).toBe(said(foreign, foreignImage.repository));
});

for (const who of ["admin", "editor"] as const) {
  test(`the ${who} pushes into the space, and a manifest that is there cannot be deleted past the bin`, async () => {
    const copied = await skopeoCopy(
      target(who, image.repository, tagOf(image)),
      target(who, "east/pushed", `by-${who}`),
    );
    expect(copied).toEqual({ ok: true, error: null });
    expect((await skopeoPull(target("viewer", "east/pushed", `by-${who}`))).digest).toBe(image.digest);
    const deleted = await skopeoDelete(target(who, "east/pushed", `by-${who}`));
    expect(deleted.ok).toBe(false);
    expect((await skopeoPull(target("viewer", "east/pushed", `by-${who}`))).digest).toBe(image.digest);
  });
}

for (const [who, repository] of [
  ["viewer", "east/pushed"],
  ["nobody", "east/pushed"],
  ["admin", "west/app-0"],
  ["admin", "eastern/app"],
  ["admin", "outside"],
  ["admin", "recyclebin/app"],
] as const) {
  test(`${who} cannot push to ${repository}`, async () => {
    const from = target("viewer", image.repository, tagOf(image));
    const copied = await skopeoCopy(from, target(who, repository, "intruder"));
    expect(copied.ok).toBe(false);
    expect(copied.error).toMatch(REFUSED);
    const pulled = await skopeoPull(target("admin", repository, "intruder"));
    expect(pulled.ok).toBe(false);
  });
}

test("a wrong password opens nothing, and says that it is wrong", async () => {
  const wrong = { ...target("admin", image.repository, tagOf(image)), password: "not the password" };
  const pulled = await skopeoPull(wrong);
  expect(pulled.ok).toBe(false);
  expect(pulled.error).toMatch(/user name or the password is wrong/);
});

test("what is in the recycle bin is pulled by nobody, from neither place", async () => {
  const { workspaceId, admin } = east;
  const { items } = await spacesOf(east);
  const spaceId = items[0]?.id ?? "";
  const { entries } = await reclaimSome(admin, { workspaceId, spaceId }, takeTags("v1"));
  const entry = entries.find(({ tags }) => tags.includes("v1"));
  if (!entry) throw new Error("v1 is not in the bin");
  const inBin = binRepositoryName(spaceId, entry.repositoryName);
  expect(closureProblems(stack.storageRoot, inBin, entry.digest), "it is there, whole").toEqual([]);
  for (const who of ["admin", "viewer", "nobody"] as const) {
    for (const repository of [entry.repositoryName, inBin]) {
      expect((await skopeoPull(target(who, repository, entry.digest))).ok).toBe(false);
      expect((await skopeoPull(target(who, repository, "v1"))).ok).toBe(false);
    }
  }
  // The other images of the repository are still there for those who may.
  expect((await skopeoPull(target("viewer", image.repository, tagOf(image)))).digest).toBe(image.digest);
});

async function spacesOf({ admin, workspaceId }: Tenant) {
  return admin.call(listSpaces, { params: { workspaceId } });
}

/** A token as the registry's clients ask for one; null where the console gives none. */
async function tokenFor(scopes: readonly string[]): Promise<{ token: string; names: string[] } | null> {
  const { email, password } = east.members.editor;
  const url = new URL(`${stack.url}/api/registry/token`);
  url.searchParams.set("service", "reclaim-registry");
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const authorization = `Basic ${Buffer.from(`${email}:${password}`).toString("base64")}`;
  const answer = await fetch(url, { headers: { authorization } });
  expect(answer.status, await answer.clone().text()).toBeLessThan(500);
  if (!answer.ok) return null;
  const { token } = (await answer.json()) as { token: string };
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as {
    access: { name: string; actions: string[] }[];
  };
  return { token, names: claims.access.filter(({ actions }) => actions.length > 0).map(({ name }) => name) };
}

/** Asks the registry with the path as it is: `fetch` would tidy it up first. */
function askRegistry(method: string, path: string, token: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(stack.registryUrl);
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ hostname, port, method, path },
      headers: {
        authorization: `Bearer ${token}`,
        "content-length": "0",
        accept: "application/vnd.oci.image.manifest.v1+json",
      },
    });
    request.once("error", reject);
    request.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.end();
  });
}

const ODD_NAMES = [
  ...[
    "east/../west/app-0",
    "east/./../west/app-0",
    "west//app-0",
    "/west/app-0",
    "west/app-0/",
    "east%2f..%2fwest/app-0",
  ],
  ...["West/app-0", "WEST/APP-0", "localhost:5000/west/app-0", "127.0.0.1:5000/west/app-0", "west/app-0:v0"],
  ...["recyclebin/app", "recyclebin", "RecycleBin/app", "*", "west/*", "west", "eastern/app", "east\u0000west/app-0"],
];

test("K-11 no way of writing a name leads to a token for what is another workspace's, or the bin's", async () => {
  for (const name of [foreignImage.repository, ...ODD_NAMES]) {
    for (const actions of ["pull", "pull,push,delete", "*"]) {
      const given = await tokenFor([`repository:${name}:${actions}`, `repository:east/pushed:pull`]);
      for (const granted of given?.names ?? []) expect(granted, `asked for ${name}`).toMatch(/^east\//);
    }
  }
  expect((await tokenFor(["registry:catalog:*"]))?.names ?? []).toEqual([]);
});

test("K-11 a token of one's own opens no path that leads elsewhere, to the registry itself", async () => {
  const own = await tokenFor([`repository:${image.repository}:pull,push`]);
  expect(own?.names).toEqual([image.repository]);
  const token = own?.token ?? "";
  const { repository, digest } = foreignImage;
  expect((await askRegistry("GET", `/v2/${image.repository}/manifests/${image.digest}`, token)).status).toBe(200);
  for (const path of [
    `/v2/${repository}/manifests/${digest}`,
    `/v2/${image.repository}/../../${repository}/manifests/${digest}`,
    `/v2/east/%2e%2e/${repository}/manifests/${digest}`,
    `/v2/${image.repository}/../../../v2/${repository}/manifests/${digest}`,
    `/v2//${repository}/manifests/${digest}`,
    `/v2/${repository.toUpperCase()}/manifests/${digest}`,
    "/v2/_catalog",
  ]) {
    const answer = await askRegistry("GET", path, token);
    expect(answer.status, path).toBeGreaterThanOrEqual(300);
    expect(answer.body, path).not.toContain('"layers"');
  }
});

test("K-11 a layer of another workspace is not mounted from there", async () => {
  const [space] = (await spacesOf(west)).items;
  const manifest = await west.admin.call(getImageManifest, {
    params: { workspaceId: west.workspaceId, spaceId: space?.id ?? "" },
    query: { repository: foreignImage.repository, digest: foreignImage.digest },
  });
  const { layers } = JSON.parse(manifest.text ?? "") as { layers: { digest: string }[] };
  const layer = layers[0]?.digest;
  expect(layer).toMatch(/^sha256:/);
  const into = "east/mounted";
  const given = await tokenFor([`repository:${into}:pull,push`, `repository:${foreignImage.repository}:pull`]);
  expect(given?.names).toEqual([into]);
  const token = given?.token ?? "";
  const mount = `/v2/${into}/blobs/uploads/?mount=${layer}&from=${encodeURIComponent(foreignImage.repository)}`;
  // Not 201: the registry begins an upload instead, as for a layer that nobody has.
  expect([202, 401]).toContain((await askRegistry("POST", mount, token)).status);
  expect((await askRegistry("HEAD", `/v2/${into}/blobs/${layer}`, token)).status).toBe(404);
});
