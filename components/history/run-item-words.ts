import type { RunChange, RunItemDto } from "@/contracts/run-items";
import type { StatusTone } from "../ui/status-pill";

type Look = { label: string; tone: StatusTone };

/** What a plan says about an image, in one word. */
export function verdictLook(item: Pick<RunItemDto, "action" | "tags" | "selectedTags">): Look {
  switch (item.action) {
    case "recycle":
      return { label: "goes", tone: "warning" };
    case "untag":
      return { label: `tags only, ${item.selectedTags.length} of ${item.tags.length}`, tone: "info" };
    case "keep":
      return { label: "kept", tone: "positive" };
    case "restore":
      return { label: "restore", tone: "positive" };
    case "purge":
      return { label: "purge", tone: "danger" };
  }
}

const DONE_WORD: Record<RunItemDto["action"], string> = {
  recycle: "moved",
  untag: "untagged",
  keep: "kept",
  restore: "restored",
  purge: "purged",
};

/** How far the move of an image is. */
export function moveLook(item: Pick<RunItemDto, "action" | "state">): Look {
  switch (item.state) {
    case "planned":
      return { label: "waits", tone: "neutral" };
    case "moving":
      return { label: "moving", tone: "progress" };
    case "done":
      return { label: DONE_WORD[item.action], tone: "positive" };
    case "skipped_stale":
      return { label: "skipped, it changed", tone: "warning" };
    case "failed":
      return { label: "failed", tone: "danger" };
    case "left_out":
      return { label: "left out by a limit", tone: "warning" };
    case "kept":
      return { label: "kept", tone: "neutral" };
  }
}

const CHANGE: Record<RunChange, Look> = {
  now_goes: { label: "Goes now", tone: "warning" },
  now_kept: { label: "Kept now", tone: "positive" },
  other_tags: { label: "Other tags", tone: "info" },
  new: { label: "New", tone: "info" },
  gone: { label: "Gone", tone: "neutral" },
};

/** What became of an image between two plans, in a word or two. */
export function changeLook(change: RunChange): Look {
  return CHANGE[change];
}
