import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { group } from "../history/run-words";
import { StatRow, StatTile } from "../ui/stat-tile";

/** The totals of a collection that has ended; partial ones where it was stopped. */
export function GcTotals({ run }: { run: RunDto }) {
  const { totals } = run;
  return (
    <StatRow>
      <StatTile label="Manifests read" value={group(totals.manifestsDone ?? 0)} />
      {run.isDryRun ? null : (
        <>
          <StatTile
            label="Manifests deleted"
            value={group(totals.deletedManifests ?? 0)}
            detail={found(totals.candidateManifests)}
          />
          <StatTile
            label="Blobs deleted"
            value={group(totals.deletedBlobs ?? 0)}
            detail={found(totals.candidateBlobs)}
          />
          <StatTile
            label="Freed"
            value={formatBytes(totals.freedBytes ?? 0)}
            tone={totals.freedBytes ? "positive" : "neutral"}
          />
        </>
      )}
      {run.isDryRun ? (
        <>
          <StatTile label="Manifests found" value={group(totals.candidateManifests ?? 0)} />
          <StatTile label="Blobs found" value={group(totals.candidateBlobs ?? 0)} />
          <StatTile label="Could be freed" value={formatBytes(totals.candidateBytes ?? 0)} />
        </>
      ) : null}
      {totals.returnedBlobs || totals.returnedManifests ? (
        <StatTile
          label="Given back"
          value={group((totals.returnedBlobs ?? 0) + (totals.returnedManifests ?? 0))}
          detail="needed again by then"
        />
      ) : null}
      {totals.oddities ? (
        <StatTile label="Oddities" value={group(totals.oddities)} detail="kept, see the log" tone="warning" />
      ) : null}
    </StatRow>
  );
}

function found(all: number | undefined): string | undefined {
  return all === undefined ? undefined : `of ${group(all)} found`;
}
