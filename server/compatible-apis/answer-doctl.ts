import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { deleteDoctlTag } from "./delete-doctl-tag";
import { dockerConfig } from "./docker-config";
import {
  cancelDoctlCollection,
  getDoctlCollection,
  listDoctlCollections,
  startDoctlCollection,
} from "./doctl-collections";
import { listDoctlManifests, listDoctlRepositories, listDoctlTags } from "./doctl-lists";
import { pageOf } from "./doctl-page";
import { findDoctlRepository } from "./find-doctl-repository";
import { listDoctlRegistries } from "./list-doctl-registries";
import { openDoctlRegistry } from "./open-doctl-registry";
import { recycleOne } from "./recycle-one";
import { registryJson } from "./registry-json";

export interface DoctlRequest {
  /** `registry` (the older commands, one registry a person) or `registries` */
  family: "registry" | "registries";
  method: string;
  /** as it came, without the query */
  path: string;
  /** of the path below the family, decoded */
  segments: readonly string[];
  query: URLSearchParams;
  body: unknown;
}

export interface DoctlAnswer {
  status: 200 | 201 | 204;
  body: object | null;
}

const ok = (body: object): DoctlAnswer => ({ status: 200, body });
const DONE: DoctlAnswer = { status: 204, body: null };

/**
 * Answers one request of `doctl registry …` or `doctl registries …`: both families have the same commands below a registry's name.
 * @throws AppError as its commands do; not_found for an address that none of them sends
 */
export async function answerDoctl(actor: Actor, request: DoctlRequest): Promise<DoctlAnswer> {
  const { family, method, segments } = request;
  const [name, ...rest] = segments;
  if (name === undefined) {
    if (method !== "GET") throw notFound();
    if (family === "registries") return ok(await listDoctlRegistries(actor));
    return ok(await showRegistry(actor, null));
  }
  if (family === "registry" && name === "docker-credentials" && rest.length === 0 && method === "GET")
    return ok(await dockerConfig(actor, null, request.query));
  if (rest.length === 0 && method === "GET") return ok(await showRegistry(actor, name));
  return belowRegistry(actor, request, name, rest);
}

async function showRegistry(actor: Actor, asked: string | null) {
  const { place, name } = await openDoctlRegistry(actor, asked, "spaces.read");
  return { registry: registryJson(place, name) };
}

async function belowRegistry(
  actor: Actor,
  { method, path, query, body }: DoctlRequest,
  name: string,
  [what = "", ...ids]: readonly string[],
): Promise<DoctlAnswer> {
  const open = (permission: Parameters<typeof openDoctlRegistry>[2]) => openDoctlRegistry(actor, name, permission);
  const asked = { path, page: pageOf(query) };
  const [id, inside, reference] = ids;
  switch (`${method} ${what} ${ids.length}`) {
    case "POST garbage-collection 0":
      return { status: 201, body: await startDoctlCollection(await open("gc.run"), body) };
    case "GET garbage-collection 0":
      return ok(await getDoctlCollection(await open("gc.read")));
    case "PUT garbage-collection 1":
      return ok(await cancelDoctlCollection(await open("gc.read"), id ?? "", body));
    case "GET garbage-collections 0":
      return ok(await listDoctlCollections(await open("gc.read"), asked));
    case "GET docker-credentials 0":
      return ok(await dockerConfig(actor, name, query));
    case "GET repositoriesV2 0":
      return ok(await listDoctlRepositories(await open("images.read"), asked, "v2"));
    case "GET repositories 0":
      return ok(await listDoctlRepositories(await open("images.read"), asked, "v1"));
    case "GET repositories 2":
      if (inside === "tags") return ok(await listDoctlTags(await open("images.read"), id ?? "", asked));
      if (inside === "digests") return ok(await listDoctlManifests(await open("images.read"), id ?? "", asked));
      break;
    case "DELETE repositories 3":
      if (inside === "tags") {
        await deleteDoctlTag(await open("images.recycle"), id ?? "", reference ?? "");
        return DONE;
      }
      if (inside === "digests") {
        const { scope, place } = await open("images.recycle");
        const { id: repositoryId, fullName: repositoryName } = await findDoctlRepository(place, id ?? "");
        await recycleOne(scope, place, { repositoryId, repositoryName, reference: reference ?? "", isDigest: true });
        return DONE;
      }
  }
  throw notFound();
}
