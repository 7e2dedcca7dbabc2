import type { RunNumbers } from "@/contracts/history";
import type { RunContext, RunOutcome } from "@/server/history/run-context";
import type { CandidateKind } from "./candidate-list";
import type { CandidateSum } from "./gc.store";
import type { OwnWords } from "./own-words";
import type { SweepFailure, SweptItem } from "./sweep-candidates";

const FAILURES_LOGGED_MAX = 50;

/** Running numbers of a sweep, told as progress and as totals; they begin with what earlier attempts removed. */
export class SweepTally {
  #deletedManifests = 0;
  #deletedBlobs = 0;
  #freedBytes = 0;
  #failed = 0;
  #firstFailure = "";
  #freedHere = 0;
  #doneHere = 0;
  readonly #pendingAtStart: number;
  readonly #startedAt = Date.now();
  hasRevisionFailure: boolean;

  constructor(
    sums: readonly CandidateSum[],
    private readonly context: RunContext,
    private readonly words: OwnWords,
  ) {
    const deleted = (kind: string) => sums.find((sum) => sum.kind === kind && sum.state === "deleted");
    this.#deletedManifests = deleted("revision")?.count ?? 0;
    this.#deletedBlobs = deleted("blob")?.count ?? 0;
    this.#freedBytes = deleted("blob")?.sizeBytes ?? 0;
    this.#failed = sums.filter(({ state }) => state === "failed").reduce((sum, { count }) => sum + count, 0);
    this.hasRevisionFailure = sums.some(({ kind, state }) => kind === "revision" && state === "failed");
    this.#pendingAtStart = sums.filter(({ state }) => state === "pending").reduce((sum, { count }) => sum + count, 0);
    this.#tell();
  }

  add(done: readonly SweptItem[], failures: readonly SweepFailure[]): void {
    for (const item of done) {
      const { candidate } = item;
      this.#doneHere++;
      if (item.outcome !== "removed") continue;
      if (candidate.kind === "revision") this.#deletedManifests++;
      if (candidate.kind !== "blob") continue;
      this.#deletedBlobs++;
      this.#freedBytes += candidate.sizeBytes;
      this.#freedHere += candidate.sizeBytes;
    }
    for (const { candidate, error } of failures) {
      const text = this.words.failure(error);
      if (this.#failed < FAILURES_LOGGED_MAX) this.context.log("removal_failed", { text, kind: candidate.kind });
      if (this.#firstFailure === "") this.#firstFailure = text;
      if (candidate.kind === "revision") this.hasRevisionFailure = true;
      this.#failed++;
    }
    this.#tell();
  }

  /** As `add`, of what several workers did and wrote down. */
  addWritten(
    kind: CandidateKind,
    counts: { done: number; failed: number; manifests: number; blobs: number; bytes: number },
    failures: readonly string[],
  ): void {
    this.#doneHere += counts.done;
    this.#deletedManifests += counts.manifests;
    this.#deletedBlobs += counts.blobs;
    this.#freedBytes += counts.bytes;
    this.#freedHere += counts.bytes;
    failures.forEach((text, i) => {
      if (this.#failed + i < FAILURES_LOGGED_MAX) this.context.log("removal_failed", { text, kind });
      if (this.#firstFailure === "") this.#firstFailure = text;
    });
    if (kind === "revision" && counts.failed > 0) this.hasRevisionFailure = true;
    this.#failed += counts.failed;
    this.#tell();
  }

  get failedCount(): number {
    return this.#failed;
  }

  failure(): RunOutcome | null {
    if (this.#failed === 0) return null;
    const what = this.hasRevisionFailure
      ? "Manifests could not be removed, so their blobs were left alone"
      : "Not everything could be removed";
    const first = this.#firstFailure === "" ? "" : ` First: ${this.#firstFailure}`;
    return {
      status: "failed",
      error: { code: "storage_not_writable", message: `${what} (${this.#failed} failed).${first}` },
    };
  }

  #tell(): void {
    const numbers: RunNumbers = {
      deletedManifests: this.#deletedManifests,
      deletedBlobs: this.#deletedBlobs,
      freedBytes: this.#freedBytes,
    };
    this.context.totals(numbers);
    const elapsed = (Date.now() - this.#startedAt) / 1_000;
    const pace: RunNumbers =
      this.#doneHere === 0 || elapsed < 0.5
        ? {}
        : {
            bytesPerSecond: this.#freedHere / elapsed,
            secondsLeft: Math.round(((this.#pendingAtStart - this.#doneHere) * elapsed) / this.#doneHere),
          };
    this.context.progress({ ...numbers, ...pace });
  }
}
