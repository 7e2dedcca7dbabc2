import { type LifecycleKeep, lifecycleKeepSchema } from "@/domain/rules/lifecycle";
import { lifecycleProblems } from "@/domain/rules/lifecycle-policy";

/** The two fields as they are typed; an empty one does not count. */
export interface KeepDraft {
  keepLatestTags: string;
  keepDays: string;
}

export interface ReadKeep {
  /** null while something is wrong */
  keep: LifecycleKeep | null;
  problems: Partial<Record<keyof LifecycleKeep, string>>;
}

export function draftOf(keep: LifecycleKeep | null): KeepDraft {
  return { keepLatestTags: keep?.keepLatestTags?.toString() ?? "", keepDays: keep?.keepDays?.toString() ?? "" };
}

/** Reads what is typed. `mayBeEmpty`: of a policy that is off, nothing need be given. */
export function readKeep(draft: KeepDraft, quota: number, mayBeEmpty = false): ReadKeep {
  const parsed = lifecycleKeepSchema.safeParse({
    keepLatestTags: numberOf(draft.keepLatestTags),
    keepDays: numberOf(draft.keepDays),
  });
  const problems: ReadKeep["problems"] = {};
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) problems[path[0] as keyof LifecycleKeep] ??= message;
    return { keep: null, problems };
  }
  const isEmpty = parsed.data.keepLatestTags === null && parsed.data.keepDays === null;
  if (isEmpty && mayBeEmpty) return { keep: parsed.data, problems };
  for (const { path, message } of lifecycleProblems(parsed.data, quota)) problems[path] ??= message;
  return { keep: Object.keys(problems).length === 0 ? parsed.data : null, problems };
}

function numberOf(typed: string): number | null {
  const text = typed.trim();
  return text === "" ? null : Number(text);
}
