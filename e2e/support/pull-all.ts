import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { type SkopeoTarget, skopeoPull } from "@/testing/skopeo";

const AT_ONCE = 4;

/** Pulls each reference whole and answers with what was not the digest that it should be: an empty list is a success. */
export async function pullAll(
  account: Pick<SkopeoTarget, "registryUrl" | "username" | "password">,
  references: readonly { repository: string; reference: string; digest: string }[],
): Promise<string[]> {
  const problems: string[] = [];
  await forEachLimited(references, AT_ONCE, async ({ repository, reference, digest }) => {
    const pulled = await skopeoPull({ ...account, repository, reference });
    if (pulled.digest !== digest) problems.push(`${repository}:${reference} ${pulled.error ?? pulled.digest}`);
  });
  return problems;
}
