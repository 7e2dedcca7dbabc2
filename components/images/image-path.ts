import { spacePath } from "../history/space-path";

export type ImageSection = "history" | "layers" | "manifest";

/** The address of an image's page. As a query: names of repositories have slashes in them. */
export function imagePath(
  workspaceSlug: string,
  spaceId: string,
  image: { repositoryName: string; digest: string },
  section?: ImageSection,
): string {
  const query = new URLSearchParams({ repository: image.repositoryName, digest: image.digest });
  // Readable in the address bar; both are safe in a query.
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
  return `${spacePath(workspaceSlug, spaceId, "images", "details")}?${text}${section ? `#${section}` : ""}`;
}

/** The address of the list, filtered to one repository. */
export function repositoryPath(workspaceSlug: string, spaceId: string, repository: string): string {
  return `${spacePath(workspaceSlug, spaceId, "images")}?${new URLSearchParams({ repository }).toString().replaceAll("%2F", "/")}`;
}
