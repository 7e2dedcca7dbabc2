import { expect, test } from "@playwright/test";
import { listSpaces } from "@/contracts/spaces";
import type { Role } from "@/domain/access/permissions";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { type SkopeoTarget, skopeoCopy, skopeoDelete, skopeoInspectDigest, skopeoPull } from "@/testing/skopeo";
import { closureProblems } from "@/testing/storage/verify-closure";
import type { PushedImage } from "./support/images";
import type { EndToEndStack } from "./support/stack";
import { createFilledSpace, createTenant, reclaimSome, type Tenant, takeTags } from "./support/tenants";
import { NO_GRACE, openStack, SHORT_TIMES } from "./support/with-stack";

/** What members may do with skopeo, as they would with docker: the registry asks the console for each of it. */
let stack: EndToEndStack;
let east: Tenant;
let west: Tenant;
let image: PushedImage;
let foreignImage: PushedImage;

test.beforeAll(async () => {
  stack = await openStack("registry-access", { isDemo: false, environment: { ...SHORT_TIMES, ...NO_GRACE } });
  [east, west] = [await createTenant(stack, "east"), await createTenant(stack, "west")];
  image = await fill(east, "east");
  foreignImage = await fill(west, "west");
});
test.afterAll(() => stack?.stop());

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

test("a repository that does not exist is refused as a foreign one is", async () => {
  const unknown = await skopeoPull(target("admin", "nowhere/app", "v0"));
  const foreign = await skopeoPull(target("admin", foreignImage.repository, "v0"));
  expect(unknown.error?.replaceAll("nowhere/app", "X")).toBe(foreign.error?.replaceAll(foreignImage.repository, "X"));
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
