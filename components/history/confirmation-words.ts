import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { count, group } from "./run-words";

/** Why a run waits for a confirmation, and what it would take, in words. */
export function confirmationWords(asked: NonNullable<RunDto["confirmation"]>): {
  title: string;
  why: string;
  question: string;
  goes: string;
  confirm: string;
} {
  const { reason, images, imagesTotal, tags, tagsTotal, limitPercent } = asked;
  const share = shareText(asked.sharePercent);
  const bytes = formatBytes(asked.logicalBytes);
  const ofImages = `${group(images)} of ${count(imagesTotal, "image")}`;
  const ofTags = `${group(tags)} of ${count(tagsTotal, "tag")}`;
  const overShare = `More than ${limitPercent} % waits for somebody to say that it is meant, also where a limit leaves some of it for other runs.`;
  const imagesMove = `Up to ${count(images, "image")} of ${group(imagesTotal)} (${bytes}) will move.`;
  const tagsGo = `Up to ${ofTags} will go, and ${images === 0 ? "no image" : count(images, "image")} will move to the recycle bin.`;
  if (reason === "images") {
    return {
      ...{ title: `This run would take ${share} of the space: ${ofImages}, ${bytes}`, why: overShare },
      ...{ question: `Move ${share} of this space to the recycle bin?`, goes: imagesMove },
      confirm: `Move ${count(images, "image")}`,
    };
  }
  if (reason === "tags") {
    return {
      ...{ title: `This run would take ${share} of the tags of the space: ${ofTags}`, why: overShare },
      ...{ question: `Take ${share} of the tags of this space?`, goes: tagsGo, confirm: `Take ${count(tags, "tag")}` },
    };
  }
  return {
    title: `Nobody has previewed this policy: its first run here would take ${ofTags}, and ${ofImages}`,
    why: "The first run of a lifecycle policy that was set or switched on waits for somebody to say that it is meant, unless it was previewed.",
    ...{ question: "Let this policy run here?", goes: tagsGo, confirm: `Take ${count(tags, "tag")}` },
  };
}

function shareText(percent: number): string {
  return `${percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}
