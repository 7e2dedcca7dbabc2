import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";

export type NextStep = { title: string; text: string; href: string; action: string };

type Space = Pick<SpaceDto, "id" | "name" | "imageCount" | "ruleCount" | "binEntryCount">;

/**
 * Where somebody should look next in a workspace, most urgent first, at most three: what has nothing yet, then what waits for a
 * decision. Each step names its space, and none is offered that the person's role could not take.
 */
export function nextSteps(home: string, spaces: readonly Space[], permissions: readonly Permission[]): NextStep[] {
  const may = (permission: Permission) => permissions.includes(permission);
  if (spaces.length === 0) {
    if (!may("spaces.write")) return [];
    return [
      {
        title: "Create a registry space",
        text: "A space is a repository prefix of a registry that belongs to this workspace. Everything else happens in one.",
        href: `${home}/spaces`,
        action: "Go to registry spaces",
      },
    ];
  }
  const at = (space: Space, tab: string) => `${home}/spaces/${space.id}/${tab}`;
  const steps: NextStep[] = [];
  for (const space of spaces) {
    if (space.imageCount === 0 && space.binEntryCount === 0) {
      if (!may("images.push")) continue;
      steps.push({
        title: `Push the first image to ${space.name}`,
        text: "The space is empty. Its page shows the sign-in and push commands.",
        href: at(space, "images"),
        action: "Show the commands",
      });
    } else if (space.imageCount > 0 && space.ruleCount === 0 && may("rules.write")) {
      steps.push({
        title: `Write a reclaim rule for ${space.name}`,
        text: "No rule watches this space yet. A rule is previewed with a reason for every image before it moves one.",
        href: at(space, "reclaim"),
        action: "Open Reclaim",
      });
    }
  }
  const [fullest] = spaces.filter((space) => space.binEntryCount > 0).sort((a, b) => b.binEntryCount - a.binEntryCount);
  if (fullest) {
    steps.push({
      title: `Look through the recycle bin of ${fullest.name}`,
      text: "What is in there can still be restored with all its tags. Purged, its data becomes unused.",
      href: at(fullest, "recycle-bin"),
      action: "Open the recycle bin",
    });
    if (may("gc.run")) {
      steps.push({
        title: "Run garbage collection",
        text: "It frees what no kept image and no recycle bin needs any more, and says beforehand how much that is.",
        href: at(fullest, "gc"),
        action: "See unused data",
      });
    }
  }
  return steps.slice(0, 3);
}
