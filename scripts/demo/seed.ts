import { measureUnused } from "@/server/gc/measure-unused";
import { crawlRegistry } from "@/server/images/crawl-registry";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import {
  backdateImages,
  canSignIn,
  findDemoSpace,
  hasUsers,
  type InstalledRegistry,
  insertFirstWorkspace,
  isDemoDated,
  isDemoUser,
  upsertRegistry,
} from "./demo.store";
import { pushDemoImages } from "./demo-content";

const DEMO_EMAIL = "ada@acme.example";
const DEMO_PREFIX = "acme";

export interface SeedOptions {
  /** What web and worker read; becomes this process's own environment. */
  environment: Record<string, string>;
  registry: InstalledRegistry;
  /** false = the first user and an empty workspace only */
  isDemo: boolean;
  /** Of the first user, and of the demo's editor and viewer. */
  password: string;
  /** Instead of the demo's people: an installation of somebody's own, without a demo. */
  firstAdmin?: { email: string; password: string } | null;
  onProgress?: (progress: { done: number; total: number }) => void;
}

/** What stands before a public start: whether there is anybody, and whether the demo's first user still has the password of the start. */
export async function readFirstUser(
  environment: Record<string, string>,
  password: string,
): Promise<{ hasUsers: boolean; hasDemoPassword: boolean }> {
  Object.assign(process.env, environment);
  return { hasUsers: await hasUsers(), hasDemoPassword: await canSignIn(DEMO_EMAIL, password) };
}

/**
 * Makes an installation usable: its registry's row, its first user and workspace, and (for the demo) a registry space
 * with real images, pushed by that user through the token server, whose push times are then spread over a year. Safe to
 * call at every start, and after an interrupted one; an installation that has users of its own is left alone.
 * Returns what to sign in with, or null when the first user is somebody else by now.
 */
export async function seedDemo(options: SeedOptions): Promise<{ email: string; password: string } | null> {
  Object.assign(process.env, options.environment);
  try {
    const registry = await upsertRegistry(options.registry);
    if (!(await hasUsers())) await makeFirstWorkspace(options, registry.id);
    if (!(await isDemoUser(DEMO_EMAIL))) return null;
    if (options.isDemo && !(await isDemoDated())) await fillDemo(options);
    return { email: DEMO_EMAIL, password: options.password };
  } finally {
    await closeQueues();
    closeRegistries();
    await disconnectPrisma();
  }
}

async function makeFirstWorkspace({ isDemo, password, firstAdmin }: SeedOptions, registryId: string): Promise<void> {
  if (firstAdmin) {
    const name = firstAdmin.email.split("@")[0] ?? firstAdmin.email;
    const admin = { ...firstAdmin, name, role: "admin", isPlatformAdmin: true } as const;
    await insertFirstWorkspace({ slug: "main", name: "Main", users: [admin], space: null });
    return;
  }
  const ada = { email: DEMO_EMAIL, name: "Ada Admin", password, role: "admin", isPlatformAdmin: true } as const;
  await insertFirstWorkspace({
    slug: "acme",
    name: "Acme",
    users: isDemo
      ? [
          ada,
          { email: "eddi@acme.example", name: "Eddi Editor", password, role: "editor", isPlatformAdmin: false },
          { email: "vera@acme.example", name: "Vera Viewer", password, role: "viewer", isPlatformAdmin: false },
        ]
      : [ada],
    space: isDemo ? { registryId, name: "acme", prefix: DEMO_PREFIX } : null,
  });
}

async function fillDemo({ registry, password, onProgress }: SeedOptions): Promise<void> {
  const space = await findDemoSpace(DEMO_PREFIX);
  if (!space) return;
  const isOwnAccount = registry.auth === "console";
  const images = await pushDemoImages({
    registryUrl: registry.url,
    username: isOwnAccount ? DEMO_EMAIL : registry.username,
    password: isOwnAccount ? password : registry.password,
    prefix: DEMO_PREFIX,
    ...(onProgress ? { onProgress: ({ done, total }) => onProgress({ done, total }) } : {}),
  });
  const signal = new AbortController().signal;
  await crawlRegistry(space.registryId, signal);
  await backdateImages(space.registryId, images);
  await measureUnused(space.registryId, signal);
}
