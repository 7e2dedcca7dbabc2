import { getMe } from "@/contracts/access";
import { listImages } from "@/contracts/images";
import { startReclaim } from "@/contracts/reclaim";
import { listBinEntries } from "@/contracts/recycle-bin";
import { listRegistries } from "@/contracts/registries";
import { createRule } from "@/contracts/rules";
import { createSpace, syncSpace, updateSpace } from "@/contracts/spaces";
import { ROLES, type Role } from "@/domain/access/permissions";
import type { RuleDefinition } from "@/domain/rules/rule";
import { newId } from "@/server/platform/new-id";
import { hashCheaply } from "@/testing/password-hash";
import { until } from "@/testing/until";
import { type Api, apiOf } from "./api";
import { openDatabase } from "./database";
import { type PushedImage, pushImages } from "./images";
import { type Session, signIn } from "./sign-in";
import type { StackPlace } from "./stack";

/** A workspace with a member in each role. */
export interface Tenant {
  workspaceId: string;
  slug: string;
  /** Signed in, by role. */
  members: Record<Role, Session>;
  admin: Api;
}

export interface TenantSpace {
  spaceId: string;
  registryId: string;
  prefix: string;
  images: PushedImage[];
}

const PASSWORD = "a password of the tests";

/**
 * A workspace `name` with `admin@name.example` … `viewer@name.example`, all signed in. Straight in the database: there is no
 * API for making workspaces and users yet.
 */
export async function createTenant(stack: StackPlace, name: string): Promise<Tenant> {
  const workspaceId = newId("ws");
  const passwordHash = hashCheaply(PASSWORD);
  const database = await openDatabase(stack.databaseUrl);
  try {
    await database.rows("INSERT INTO workspaces (id, slug, name) VALUES ($1, $2, $3)", [workspaceId, name, name]);
    for (const role of ROLES) {
      const userId = newId("usr");
      await database.rows("INSERT INTO users (id, email, name, password_hash) VALUES ($1, $2, $3, $4)", [
        userId,
        `${role}@${name}.example`,
        `${name} ${role}`,
        passwordHash,
      ]);
      await database.rows('INSERT INTO members (workspace_id, user_id, role) VALUES ($1, $2, $3::"Role")', [
        workspaceId,
        userId,
        role,
      ]);
    }
  } finally {
    await database.close();
  }
  const enter = (role: Role) => signIn(stack.url, `${role}@${name}.example`, PASSWORD);
  const members = { admin: await enter("admin"), editor: await enter("editor"), viewer: await enter("viewer") };
  return { workspaceId, slug: name, members, admin: apiOf(stack.url, members.admin) };
}

/** The installation's first workspace, as its admin sees it. */
export async function firstWorkspace(
  stack: StackPlace,
): Promise<{ workspaceId: string; slug: string; session: Session; api: Api }> {
  const session = await signIn(stack.url, stack.email, stack.password);
  const api = apiOf(stack.url, session);
  const [workspace] = (await api.call(getMe, {})).workspaces;
  if (!workspace) throw new Error(`${stack.email} has no workspace`);
  return { workspaceId: workspace.id, slug: workspace.slug, session, api };
}

/** A registry space with images that were pushed by the workspace's admin and read into the inventory. */
export async function createFilledSpace(
  stack: StackPlace,
  tenant: { workspaceId: string; api: Api; session: Session },
  options: { prefix: string; repositories: number; imagesPerRepository: number },
): Promise<TenantSpace> {
  const { workspaceId, api, session } = tenant;
  const [registry] = (await api.call(listRegistries, { params: { workspaceId } })).items;
  if (!registry) throw new Error("the workspace sees no registry");
  const { prefix } = options;
  const space = await api.call(createSpace, {
    params: { workspaceId },
    body: { name: prefix, registryId: registry.id, prefix },
  });
  // It is small, and rules take most of it: only what is about confirmations waits for one.
  await api.call(updateSpace, { params: { workspaceId, spaceId: space.id }, body: { confirmSharePercent: 100 } });
  const images = await pushImages({
    ...options,
    registryUrl: stack.registryUrl,
    username: session.email,
    password: session.password,
  });
  const params = { workspaceId, spaceId: space.id };
  await api.call(syncSpace, { params });
  let seen = -1;
  await until(
    `${images.length} images of ${prefix} in the inventory`,
    async () => {
      seen = (await api.call(listImages, { params, query: { state: "tagged" } })).total;
      return seen >= images.length;
    },
    { lastSeen: () => seen },
  );
  return { spaceId: space.id, registryId: registry.id, prefix, images };
}

/** A rule that takes the tagged images that match, however young, and leaves the last one of a repository. */
export function takeTags(...globs: string[]): RuleDefinition {
  return {
    effect: "reclaim",
    select: {
      repositories: { include: [], exclude: [] },
      tags: { include: globs.map((value) => ({ kind: "glob", value })), exclude: [] },
      state: "tagged",
      kinds: "image",
    },
    when: [{ kind: "idle", days: 0, clock: "pushed" }],
    schedule: { kind: "manual" },
    limits: {},
    allowLastArtifact: false,
  };
}

/** Creates a rule, runs it to its end, and answers with what is in the bin then. */
export async function reclaimSome(
  api: Api,
  place: { workspaceId: string; spaceId: string },
  definition: RuleDefinition,
) {
  const rule = await api.call(createRule, { params: place, body: { name: "some", definition } });
  const { id: runId } = await api.call(startReclaim, { params: place, body: { ruleIds: [rule.id] } });
  const run = await api.untilOver(place.workspaceId, runId);
  if (run.status !== "succeeded") throw new Error(`the reclaim did not succeed: ${JSON.stringify(run)}`);
  const { items: entries } = await api.call(listBinEntries, { params: place, query: { limit: 500 } });
  return { ruleId: rule.id, runId, entries };
}
