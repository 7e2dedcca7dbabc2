/** The address of a page of a registry space: `spacePath("acme", "spc_1", "runs", "run_1")`. */
export function spacePath(workspaceSlug: string, spaceId: string, ...rest: readonly string[]): string {
  return ["/w", workspaceSlug, "spaces", spaceId, ...rest].join("/");
}
