import { settingsTag } from "@/server/platform/http/etag";

interface SpaceSettings {
  name: string;
  binRetentionDays: number;
  confirmSharePercent: number;
  ignoredPullers: readonly string[];
  isPublic: boolean;
}

/** The version of what can be edited of a space: what happens in it makes no other one. */
export function spaceVersion(space: SpaceSettings): string {
  const { name, binRetentionDays, confirmSharePercent, ignoredPullers, isPublic } = space;
  return settingsTag({ name, binRetentionDays, confirmSharePercent, ignoredPullers, isPublic });
}
