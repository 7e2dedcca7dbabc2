import { AsyncLocalStorage } from "node:async_hooks";
import type { Actor } from "../auth/actor";

/** The request that is being answered: whoever records something about it finds it here, however deep. */
export interface RequestContext {
  readonly requestId: string;
  /** Where it came from; null where that is not known. */
  readonly address: string | null;
  /** The operation's id, or the route where it is none of ours. */
  readonly operation: string;
  /** Set once the wrapper knows; null = nobody is signed in (yet). */
  actor: Actor | null;
  /** The workspace that they asked about, where it is one of theirs. */
  workspaceId?: string | null;
  /** The versions that a change is meant for; null = any */
  ifMatch?: string | null;
  /** The version of what is answered, where it has one. */
  etag?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` as the answer to a request. Awaited inside: a query of Prisma begins when somebody waits for it. */
export function runInRequest<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
  return storage.run(context, async () => await work());
}

/** The request that is being answered; undefined outside of one (worker, scripts). */
export function requestContext(): RequestContext | undefined {
  return storage.getStore();
}
