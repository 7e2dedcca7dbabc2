import { Prisma, prisma } from "@/server/platform/db/prisma";

/** The plans of every raw query that `work` asks, in order: each is explained before it runs, with the very same parameters. */
export async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const plans: string[] = [];
  const client = prisma();
  const original = client.$queryRaw;
  const run = original.bind(client);
  const explained = async (strings: TemplateStringsArray, ...values: unknown[]): Promise<unknown> => {
    const query = Prisma.sql(strings, ...values);
    const lines = await run<{ "QUERY PLAN": string }[]>(Prisma.sql`EXPLAIN ${query}`);
    plans.push(lines.map((line) => line["QUERY PLAN"]).join("\n"));
    return run(query);
  };
  Object.assign(client, { $queryRaw: explained });
  try {
    await work();
  } finally {
    Object.assign(client, { $queryRaw: original });
  }
  if (plans.length === 0) throw new Error("nothing was asked that could be explained");
  return plans;
}
