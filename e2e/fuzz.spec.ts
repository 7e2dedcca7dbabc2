import { expect, test } from "@playwright/test";
import fc from "fast-check";
import type { Operation } from "@/contracts/operation";
import { OPERATIONS } from "@/contracts/operations";
import { send } from "./support/api";
import { parametersOf } from "./support/operation-inputs";
import { nearly } from "./support/schema-arbitrary";
import type { Session } from "./support/sign-in";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace } from "./support/tenants";
import { openStack } from "./support/with-stack";

/** Every operation with inputs made from its own schema, good, odd and broken: no fault of ours, and nothing of the inside shown. */
const RUNS_PER_OPERATION = 14;
/** They end the session that all of this is sent with. */
const LEFT_OUT = new Set(["endSessions", "endSession", "deleteWorkspace"]);
/** What only our own code looks like. */
const INSIDE = /node_modules|\bat [\w.<>]+ \(|\.tsx?:\d+|webpack|prisma|PostgresError|invocation:|SELECT .* FROM/i;

let stack: EndToEndStack;
let session: Session;
let known: Record<string, string>;

test.beforeAll(async () => {
  const environment = { RECLAIM_API_REQUESTS_PER_MINUTE: "0", RECLAIM_ALLOW_PRIVATE_REGISTRIES: "false" };
  stack = await openStack("fuzz", { isDemo: true, environment });
  const first = await firstWorkspace(stack);
  session = first.session;
  known = { workspaceId: first.workspaceId };
  for (const [name, list] of [
    ["spaceId", `workspaces/${first.workspaceId}/spaces`],
    ["registryId", `workspaces/${first.workspaceId}/registries`],
  ] as const) {
    const answer = await fetch(`${stack.url}/api/v1/${list}`, { headers: session.headers });
    known[name] = ((await answer.json()) as { items: { id: string }[] }).items[0]?.id ?? "";
  }
});
test.afterAll(async () => {
  await stack?.stop();
});

/** Ids that are there for the most part, so that the input gets to where something is done with it. */
function paramsOf(operation: Operation): fc.Arbitrary<Record<string, string>> {
  const odd = fc.oneof(
    fc.constantFrom("x", "%", "a b", "ws_0", "é", "x".repeat(200)),
    fc.stringMatching(/^[^/?#\\.][^/?#\\]{0,30}$/),
  );
  const names = parametersOf(operation).map(String);
  const one = (name: string) =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(known[name] ?? "unknown") }, { weight: 1, arbitrary: odd });
  return fc.record(Object.fromEntries(names.map((name) => [name, one(name)])));
}

/** A query is made of texts, whatever the schema takes them for. */
function texts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const pairs = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(
    pairs.map(([name, one]) => [name, typeof one === "object" ? JSON.stringify(one) : String(one)]),
  );
}

const AT_A_TIME = 4;

test("K-11 whatever is sent to whichever operation, the answer is one of ours", async () => {
  test.setTimeout(600_000);
  const failures: string[] = [];
  const left = OPERATIONS.filter(({ id }) => !LEFT_OUT.has(id));
  const work = async () => {
    for (let operation = left.pop(); operation; operation = left.pop())
      await probe(operation).catch((error: unknown) => failures.push(wordsOf(error)));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  expect(failures.join("\n\n")).toBe("");
});

/** What fast-check says, and what went wrong in it. */
function wordsOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? `${error}\n${error.cause}` : String(error);
}

async function probe(operation: Operation): Promise<void> {
  const inputs = fc.record({
    ...{ params: paramsOf(operation), query: nearly(operation.query), body: nearly(operation.body) },
  });
  await fc.assert(
    fc.asyncProperty(inputs, async ({ params, query, body }) => {
      const answer = await send(stack.url, operation, { session, params, query: texts(query), body });
      const what = `${operation.id}: ${answer.status} ${answer.text.slice(0, 300)}`;
      // 503 says that something outside of the console did not answer, such as a registry that is not there.
      if (answer.status >= 500 && answer.status !== 503) throw new Error(what);
      if (answer.status < 400) return;
      if (answer.problem === null) throw new Error(`no problem document: ${what}`);
      if (INSIDE.test(answer.text)) throw new Error(`shows the inside: ${what}`);
    }),
    { numRuns: RUNS_PER_OPERATION, endOnFailure: true },
  );
}

test("K-11 nobody was signed out, and the console is well after all that", async () => {
  const me = await fetch(`${stack.url}/api/v1/me`, { headers: session.headers });
  expect(me.status).toBe(200);
  expect((await fetch(`${stack.url}/api/health`)).status).toBe(200);
});
