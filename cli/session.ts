import type { z } from "zod";
import { getMe } from "@/contracts/access";
import { callOperation } from "@/contracts/call";
import type { Operation } from "@/contracts/operation";
import { listSpaces, type SpaceDto } from "@/contracts/spaces";
import { CliError, EXIT } from "./exit-code";
import { patientFetch } from "./patient-fetch";
import { type HostSettings, normalizeHost, readSettings } from "./settings";

/** What every command takes. */
export interface GlobalOptions {
  json?: boolean;
  host?: string;
  workspace?: string;
  space?: string;
}

type Input<O extends Operation> = {
  params?: z.input<O["params"]>;
  query?: z.input<O["query"]>;
  body?: z.input<O["body"]>;
};

interface WorkspaceRef {
  id: string;
  slug: string;
  name: string;
  role: string;
}

/** The console as one command speaks to it. */
export interface Session {
  host: string;
  isJson: boolean;
  /** @throws ProblemError for every answer that is no success */
  call<O extends Operation>(operation: O, input: Input<O>): Promise<z.output<O["response"]>>;
  /** A request as it is, with the same credentials. */
  request(path: string, init: RequestInit): Promise<Response>;
  /** The workspace that is meant. @throws CliError where none is named and there are several */
  workspace(): Promise<WorkspaceRef>;
  /** The space of that workspace that is meant, by name, prefix or id. @throws CliError where none is named and there are several */
  space(name?: string): Promise<SpaceDto & { workspaceId: string }>;
}

/** Reads who and where from options, the environment and what was saved, in this order. @throws CliError where nobody is signed in */
export function openSession(options: GlobalOptions): Session {
  const settings = readSettings();
  const address = options.host ?? process.env.RECLAIM_HOST ?? settings.current;
  if (!address) throw new CliError("You are not signed in. Sign in first: reclaim login --host https://…", EXIT.access);
  const host = normalizeHost(address);
  const saved = settings.hosts[host];
  const token = process.env.RECLAIM_TOKEN || saved?.token;
  if (!token)
    throw new CliError(`You are not signed in at ${host}. Sign in first: reclaim login --host ${host}`, EXIT.access);
  return sessionWith({ host, token, saved: process.env.RECLAIM_TOKEN ? undefined : saved, options });
}

/** A session with a token at hand, saved or not. */
export function sessionWith(from: {
  host: string;
  token: string;
  saved?: HostSettings | undefined;
  options: GlobalOptions;
}): Session {
  const { host, token, saved, options } = from;
  const headers = { authorization: `Bearer ${token}` };
  const call: Session["call"] = (operation, input) =>
    callOperation(operation, input, { baseUrl: host, headers, fetch: patientFetch });
  const workspace = once(async () => {
    const { workspaces } = await call(getMe, {});
    return pick(workspaces, {
      what: "workspace",
      wanted: options.workspace ?? process.env.RECLAIM_WORKSPACE ?? saved?.workspace ?? undefined,
      names: ({ slug, id, name }) => [slug, id, name],
      label: ({ slug }) => slug,
    });
  });
  return {
    host,
    isJson: options.json ?? false,
    call,
    request: (path, init) => patientFetch(`${host}${path}`, { ...init, headers: { ...headers, ...init.headers } }),
    workspace,
    async space(name) {
      const { id: workspaceId, slug } = await workspace();
      const { items } = await call(listSpaces, { params: { workspaceId } });
      const isSavedHere = saved?.workspace === slug && items.some(({ id }) => id === saved.space);
      const found = pick(items, {
        what: "space",
        wanted:
          name ?? options.space ?? process.env.RECLAIM_SPACE ?? (isSavedHere ? (saved.space ?? undefined) : undefined),
        names: (space) => [space.name, space.prefix, space.id],
        label: (space) => space.name,
      });
      return { ...found, workspaceId };
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

interface Choice<T> {
  what: string;
  /** where it is not made by an s */
  plural?: string;
  /** how it is said which one; left out where there is an option for it, and `use` to choose one for good */
  how?: string;
  wanted: string | undefined;
  names: (one: T) => string[];
  label: (one: T) => string;
}

/** The one of several that is meant: by any of its names, or the only one there is. @throws CliError where it is not clear */
export function pick<T>(all: readonly T[], choice: Choice<T>): T {
  const { what, plural = `${what}s`, wanted, names, label } = choice;
  const choices = all.map(label).join(", ");
  if (wanted === undefined) {
    const [only, another] = all;
    if (only && !another) return only;
    if (!only) throw new CliError(`There is no ${what} that you may use.`, EXIT.notFound);
    const how = choice.how ?? `with --${what}`;
    const forGood = choice.how === undefined ? ` Or choose one for good: reclaim ${what} use <name>` : "";
    throw new CliError(`Say which ${what} ${how}: ${choices}.${forGood}`, EXIT.usage);
  }
  const found = all.filter((one) => names(one).includes(wanted));
  const [first, second] = found;
  if (first && !second) return first;
  if (first) throw new CliError(`Several ${plural} are called ${wanted}: use the id.`, EXIT.usage);
  throw new CliError(`There is no ${what} ${wanted}.${choices ? ` There is: ${choices}.` : ""}`, EXIT.notFound);
}
