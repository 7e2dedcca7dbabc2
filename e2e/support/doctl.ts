import type { StackPlace } from "./stack";

/** An answer as a command line gets it. */
export interface CommandAnswer {
  status: number;
  // The shapes are what the tests are about.
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own
  body: any;
  headers: Headers;
}

async function read(response: Response): Promise<CommandAnswer> {
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
}

/** Sends what doctl's client (godo) sends: these headers, a body only where it has one, and paths as it escapes them. */
export async function doctl(
  stack: Pick<StackPlace, "url">,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<CommandAnswer> {
  return read(
    await fetch(`${stack.url}${path}`, {
      method,
      headers: {
        accept: "application/json",
        "user-agent": "doctl/1.141.0 (linux amd64) godo/1.165.1",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

/**
 * All of a list, as doctl reads one: 200 a page unless `perPage`, the page it is on from the links, on until there is no next one.
 * @throws Error for an answer that its client could not follow
 */
export async function doctlPages(
  stack: Pick<StackPlace, "url">,
  token: string,
  path: string,
  key: string,
  perPage = 200,
): Promise<{ rows: Record<string, unknown>[]; pages: number; total: number }> {
  const rows: Record<string, unknown>[] = [];
  for (let page = 1; ; page++) {
    const { status, body } = await doctl(stack, token, "GET", `${path}?page=${page}&per_page=${perPage}`);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    rows.push(...body[key]);
    const links = body.links?.pages as { prev?: string; next?: string; last?: string } | undefined;
    const pageOf = (link: string) => Number(new URL(link).searchParams.get("page"));
    if (links?.prev && pageOf(links.prev) !== page - 1) throw new Error(`page ${page} says it follows ${links.prev}`);
    if (!links?.next) return { rows, pages: page, total: body.meta.total };
    if (pageOf(links.next) !== page + 1 || !links.last) throw new Error(`page ${page} leads to ${links.next}`);
  }
}

/** `curl -u user:password …`, with a JSON body where there is one. */
export async function curl(
  stack: Pick<StackPlace, "url">,
  user: { email: string; password: string } | null,
  method: string,
  path: string,
  body?: string,
): Promise<CommandAnswer> {
  const basic = user && Buffer.from(`${user.email}:${user.password}`).toString("base64");
  return read(
    await fetch(`${stack.url}${path}`, {
      method,
      headers: {
        accept: "*/*",
        "user-agent": "curl/7.88.1",
        ...(basic === null ? {} : { authorization: `Basic ${basic}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    }),
  );
}
