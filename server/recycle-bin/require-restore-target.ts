import { isInPrefix, isRepositoryName } from "@/domain/access/registry-scope";
import { AppError } from "@/server/platform/app-error";

/**
 * A repository into which entries of a space may be restored: in its prefix, whether it exists by now or not.
 * @throws AppError unprocessable
 */
export function requireRestoreTarget(space: { prefix: string }, repositoryName: string): void {
  if (isRepositoryName(repositoryName) && isInPrefix(repositoryName, space.prefix)) return;
  const detail = isRepositoryName(repositoryName)
    ? `Choose a repository of this space: its name begins with ${space.prefix}/.`
    : `Write the name of a repository, for instance ${space.prefix}/restored: lower-case letters, digits and . _ - in parts separated by /.`;
  throw new AppError("unprocessable", detail, [
    { path: "targetRepository", message: "is not a repository of this space" },
  ]);
}
