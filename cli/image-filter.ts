import type { Command } from "commander";
import { IMAGE_HEALTHS, IMAGE_KINDS, type ImageFilterDto } from "@/contracts/images";
import { byteCount, wholeNumber } from "./command";

export interface ImageFilterOptions {
  repository?: string;
  tag?: string;
  search?: string;
  state?: ImageFilterDto["state"];
  kind?: ImageFilterDto["kind"];
  health?: ImageFilterDto["health"];
  olderThan?: number;
  youngerThan?: number;
  idle?: number;
  neverPulled?: boolean;
  minSize?: number;
  maxSize?: number;
  platform?: string;
}

/** The options by which images are chosen; each one narrows. */
export function addImageFilter(command: Command): Command {
  return command
    .option("--repository <name>", "the repository, whole name")
    .option("--tag <glob>", "one of its tags fits: * and ?, {a,b}")
    .option("--search <text>", "part of a repository's or tag's name, or the start of a digest")
    .option("--state <state>", "tagged, untagged or any")
    .option("--kind <kind>", IMAGE_KINDS.join(", "))
    .option("--health <health>", [...IMAGE_HEALTHS, "broken"].join(", "))
    .option("--older-than <days>", "pushed more than so many days ago", wholeNumber)
    .option("--younger-than <days>", "pushed at most so many days ago", wholeNumber)
    .option("--idle <days>", "neither pushed nor pulled for so many days", wholeNumber)
    .option("--never-pulled", "nobody ever pulled it, as far as is known")
    .option("--min-size <size>", "at least so large, for instance 500MiB", byteCount)
    .option("--max-size <size>", "at most so large", byteCount)
    .option("--platform <platform>", "os/architecture, for instance linux/arm64");
}

/** What was chosen, as the API takes it; empty where nothing was. */
export function imageFilterOf(options: ImageFilterOptions): Partial<ImageFilterDto> {
  const all: Partial<ImageFilterDto> = {
    repository: options.repository,
    tag: options.tag,
    search: options.search,
    state: options.state,
    kind: options.kind,
    health: options.health,
    olderThanDays: options.olderThan,
    youngerThanDays: options.youngerThan,
    idleDays: options.idle,
    pulled: options.neverPulled ? "never" : undefined,
    minBytes: options.minSize,
    maxBytes: options.maxSize,
    platform: options.platform,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
