import { RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import { sha256Hex } from "@/domain/recycle-bin/sha256-hex";

/** Registries refuse (2.8 with a server error) names beyond this. */
const MAX_NAME_LENGTH = 255;

/**
 * The repository that holds what was recycled from a repository: `recyclebin/<spaceId>/<repository>`, and
 * `recyclebin/<spaceId>/hashed/<sha256 of the repository's name>` where that is too long for a registry. The space's id is part of it,
 * so that a bin repository belongs to one space even when a prefix is given to another space later.
 * The id is taken in lower case, as registries know no other.
 */
export function binRepositoryName(spaceId: string, repository: string): string {
  const bin = `${RECYCLE_BIN_PREFIX}/${spaceId.toLowerCase()}`;
  const name = `${bin}/${repository}`;
  return name.length <= MAX_NAME_LENGTH ? name : `${bin}/hashed/${sha256Hex(repository)}`;
}
