import { z } from "zod";
import { cancelRun } from "@/server/history/cancel-run";
import { AppError, notFound } from "@/server/platform/app-error";
import { requireAllSpaces } from "@/server/platform/auth/require-reach";
import { requirePermission } from "@/server/platform/auth/workspace-scope";
import { collectRegistry } from "./collect-registry";
import { COLLECTION_TYPES, type CollectionType, collectionJson } from "./collection-json";
import { findCollection, listCollectionPage } from "./compatible-apis.store";
import { type Page, pageLinks, sliceOf } from "./doctl-page";
import type { DoctlRegistry } from "./open-doctl-registry";

const startSchema = z.object({
  type: z
    .enum(Object.keys(COLLECTION_TYPES) as [CollectionType, ...CollectionType[]])
    .nullish()
    .transform((type) => type ?? "unreferenced blobs only"),
});

const updateSchema = z.object({ cancel: z.literal(true) });

async function shown({ place, name }: DoctlRegistry, which: { id: string } | "active") {
  const run = await findCollection(place, which);
  if (!run) throw notFound();
  return { garbage_collection: collectionJson(run, name) };
}

/** @throws AppError bad_request for another type; else as `collectRegistry` */
export async function startDoctlCollection(registry: DoctlRegistry, body: unknown) {
  const parsed = startSchema.safeParse(body ?? {});
  if (!parsed.success)
    throw new AppError("bad_request", `type must be one of: ${Object.keys(COLLECTION_TYPES).join(", ")}`);
  const { id } = await collectRegistry(registry.scope, registry.place, COLLECTION_TYPES[parsed.data.type]);
  return shown(registry, { id });
}

/** The collection that runs now. @throws AppError not_found where none does */
export function getDoctlCollection(registry: DoctlRegistry) {
  return shown(registry, "active");
}

export async function listDoctlCollections({ place, name }: DoctlRegistry, asked: { path: string; page: Page }) {
  const { rows, total } = await listCollectionPage(place, sliceOf(asked.page));
  return {
    garbage_collections: rows.map((run) => collectionJson(run, name)),
    ...pageLinks(asked.path, asked.page, total),
  };
}

/** Asks a collection to stop. @throws AppError not_found, forbidden, bad_request for anything but `{"cancel":true}` */
export async function cancelDoctlCollection(registry: DoctlRegistry, id: string, body: unknown) {
  const { scope, place } = registry;
  if (!(await findCollection(place, { id }))) throw notFound();
  if (!updateSchema.safeParse(body).success) throw new AppError("bad_request", 'send {"cancel": true}');
  requirePermission(scope, "runs.cancel");
  requireAllSpaces(scope);
  await cancelRun(scope, { runId: id });
  return shown(registry, { id });
}
