import { createSpaceBodySchema } from "@/contracts/spaces";
import { RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import { prefixProblem } from "@/domain/spaces/prefix";

export type PrefixCheck = { state: "empty" | "wrong" | "free"; message: string };

/**
 * What can be said of a prefix while it is being typed. `taken` are the prefixes of the same registry that this workspace knows;
 * another workspace's are not shown to it, so "free" still leaves the last word to the server.
 */
export function checkPrefix(typed: string, taken: readonly string[]): PrefixCheck {
  const prefix = typed.trim();
  if (prefix === "") return { state: "empty", message: "Lower-case, for instance acme or acme/web." };
  const shape = createSpaceBodySchema.shape.prefix.safeParse(prefix);
  if (!shape.success) {
    const issue = shape.error.issues[0];
    const message = issue?.code === "too_big" ? `At most ${issue.maximum} characters` : issue?.message;
    return { state: "wrong", message: sentence(message ?? "This is no prefix") };
  }
  const problem = prefixProblem(shape.data, taken);
  if (problem === null) return { state: "free", message: "No registry space of this workspace overlaps with it." };
  if (problem.kind === "reserved") {
    return { state: "wrong", message: `${RECYCLE_BIN_PREFIX} is reserved for the recycle bin.` };
  }
  return {
    state: "wrong",
    message:
      problem.with === shape.data
        ? `${problem.with} is a registry space of this workspace already.`
        : `It overlaps with ${problem.with}, a registry space of this workspace.`,
  };
}

/** A prefix made of a space's name: "Web Shop (EU)" → "web-shop-eu". Empty when nothing of the name can be kept. */
export function prefixFromName(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{Diacritic}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
