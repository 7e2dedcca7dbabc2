import type { SpaceStorageDto } from "@/contracts/storage";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import { requireSpace } from "@/server/spaces/require-space";
import { measureUntagged } from "./measure-untagged";
import { listSamples } from "./space-sample.store";
import { spaceSizes, unreferencedOf } from "./space-sizes";
import { listLargestRepositories, listSpaceSizes, measureSpaceStored } from "./space-storage.store";

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 90;
const SHOWN_SAMPLES = 200;
const SHOWN_REPOSITORIES = 40;
/** Up to here a space is measured at once (some ten milliseconds); above, its latest sample counts. */
const MEASURED_AT_ONCE = { images: 2000, untagged: 500 };

/**
 * Sizes of a space now and over time, by repository, and what could be freed. The owner's alone: bin and collections are its.
 * @throws AppError not_found
 */
export async function getSpaceStorage(scope: WorkspaceScope, input: { spaceId: string }): Promise<SpaceStorageDto> {
  const { id: spaceId, registryId } = await requireSpace(scope, input.spaceId);
  const now = Date.now();
  const [rows, bins, samples, repositories] = await Promise.all([
    listSpaceSizes(scope.workspaceId, spaceId),
    measureBins(scope, [spaceId]),
    listSamples(
      scope.workspaceId,
      spaceId,
      new Date(now - SHOWN_DAYS * DAY_MS),
      // The end of a slice is left out, and a sample of this hour is not.
      new Date(now + 1000),
      SHOWN_SAMPLES,
    ),
    listLargestRepositories(spaceId, SHOWN_REPOSITORIES),
  ]);
  const row = rows[0];
  if (!row) throw notFound();
  const isMeasuring = row.untaggedCount > 0 && row.untaggedCount <= MEASURED_AT_ONCE.untagged;
  const [storedBytes, untaggedBytes] = await Promise.all([
    row.imageCount <= MEASURED_AT_ONCE.images ? measureSpaceStored(spaceId) : undefined,
    isMeasuring ? measureUntagged({ id: spaceId, registryId }) : undefined,
  ]);
  return {
    registry: {
      id: registryId,
      name: row.registryName,
      isShared: row.isShared,
      unreferenced: unreferencedOf(row),
    },
    now: spaceSizes(row, bins.get(spaceId) ?? 0, { storedBytes, untaggedBytes }),
    samples: samples.map((sample) => ({
      at: sample.at.toISOString(),
      imageCount: sample.imageCount,
      tagCount: sample.tagCount,
      logicalBytes: Number(sample.logicalBytes),
      storedBytes: Number(sample.storedBytes),
      untaggedBytes: Number(sample.untaggedBytes),
      binBytes: Number(sample.binBytes),
      freedBytes: Number(sample.freedBytes),
    })),
    repositories: {
      items: repositories.items.map((one) => ({
        name: one.name,
        imageCount: one.imageCount,
        untaggedCount: one.untaggedCount,
        logicalBytes: Number(one.logicalBytes),
        storedBytes: Number(one.storedBytes),
        isSizeStale: one.isSizeStale,
      })),
      others: repositories.others,
    },
  };
}
