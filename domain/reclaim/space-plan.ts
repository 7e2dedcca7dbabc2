import type { RuleLimits } from "@/domain/rules/rule";
import type { LimitName } from "./apply-limits";
import { type BlobTable, grown } from "./blob-table";
import { countTags } from "./build-items";
import type { ItemSizes, PlanTotals } from "./plan";
import type { PlannedImage, RepositoryPlan } from "./plan-repository";
import { type BlobLists, type SizeColumns, SpaceSizes } from "./space-sizes";

const KEPT = 0;
const RECLAIM = 1;
const UNTAG = 2;

/** By their number in a column; 0 = within the limits. */
const LIMITS: readonly (LimitName | null)[] = [null, "maxItems", "maxBytes", "maxPercentOfRepository"];
const OVER_ITEMS = 1;
const OVER_BYTES = 2;
const OVER_SHARE = 3;

/** What became of one row, by its number, once everything is known. */
export interface SettledRow extends ItemSizes {
  /** Its place among all rows: what moves, in the order of moving; then what limits leave out; then what stays. */
  ordinal: number;
  /** Set where a limit leaves it for another run. */
  limit: LimitName | null;
}

/** What a whole plan comes to. */
interface SettledSpace {
  /** Of what moves within the limits. */
  totals: PlanTotals;
  plannedCount: number;
  /** Moves that limits leave for another run: the run ends in `partial_limit` where there are any. */
  leftOutCount: number;
  leftOutBytes: number;
  /** Limits that left something out, the first of the order first. */
  limits: LimitName[];
  keptCount: number;
  /** Images of the space: what the images that move are a share of. */
  imageCount: number;
  row(number: number): SettledRow;
}

/** The rows of a plan by number, and their sizes. */
export interface PlanColumns {
  images: number;
  kinds: Uint8Array<ArrayBuffer>;
  overs: Uint8Array<ArrayBuffer>;
  orders: Float64Array<ArrayBuffer>;
  tagCounts: Int32Array<ArrayBuffer>;
  manifestCounts: Int32Array<ArrayBuffer>;
  sizes: SizeColumns;
}

/**
 * A plan of a space of any size, made repository by repository: between them it holds some forty bytes a row and fifty a blob. Comes to the
 * same as `planReclaim` and `applyLimits` over everything (a law of its test). Repositories have to come in the order of their names.
 */
export class SpacePlan {
  private kinds = new Uint8Array(1024);
  private overs = new Uint8Array(1024);
  private orders = new Float64Array(1024);
  private tagCounts = new Int32Array(1024);
  private manifestCounts = new Int32Array(1024);
  private rows = 0;
  private images = 0;
  private readonly sizes: SpaceSizes;

  constructor(
    private readonly limits: RuleLimits,
    blobs: BlobTable,
  ) {
    this.sizes = new SpaceSizes(blobs);
  }

  /** Rows so far: the number of the next one. */
  get rowCount(): number {
    return this.rows;
  }

  /** Takes the next repository; its images become the next rows, in their order. Positions in `blobs` are those of its artifacts. */
  add(plan: RepositoryPlan, blobs: BlobLists): void {
    const first = this.rows;
    this.images += plan.imageCount;
    const over = overShare(plan, this.limits.maxPercentOfRepository);
    plan.images.forEach((image, index) => {
      this.addRow(image, over.has(index));
    });
    const rows = plan.images.map(({ move, order, nodes }, index) => ({
      row: first + index,
      order,
      nodes,
      isTaken: move?.action === "reclaim" && !over.has(index),
      isSized: move?.action !== "untag",
    }));
    this.sizes.add(rows, blobs);
  }

  /** All of it as plain columns, which a thread can hand over. */
  columns(): PlanColumns {
    const { rows, images, kinds, overs, orders, tagCounts, manifestCounts } = this;
    return {
      images,
      kinds: kinds.slice(0, rows),
      overs: overs.slice(0, rows),
      orders: orders.slice(0, rows),
      tagCounts: tagCounts.slice(0, rows),
      manifestCounts: manifestCounts.slice(0, rows),
      sizes: this.sizes.columns(rows),
    };
  }

  /** Takes over the plan of repositories that come after all that were taken so far; `numbers` says which blob here is which of theirs. */
  addAll(plan: PlanColumns, numbers: Int32Array): void {
    const first = this.rows;
    this.rows += plan.kinds.length;
    this.images += plan.images;
    this.makeRoom(this.rows);
    this.kinds.set(plan.kinds, first);
    this.overs.set(plan.overs, first);
    this.orders.set(plan.orders, first);
    this.tagCounts.set(plan.tagCounts, first);
    this.manifestCounts.set(plan.manifestCounts, first);
    this.sizes.addAll(plan.sizes, first, numbers);
  }

  /** Blobs, by number, of which it matters whether something outside the space holds them. */
  openBlobs(): Iterable<number> {
    return this.sizes.openBlobs();
  }

  /** Ends the plan. `isHeld` says which blobs, by number, something outside the space holds. */
  finish(isHeld: (blob: number) => boolean): SettledSpace {
    const { rows, kinds, sizes } = this;
    const going = this.goingInOrder();
    this.cut(going);
    const isPlanned = (row: number) => kinds[row] !== KEPT && this.overs[row] === 0;
    const { unique, own } = sizes.measure(rows, isPlanned, isHeld);
    const ordinals = new Int32Array(rows);
    let next = 0;
    for (const row of going) if (isPlanned(row)) ordinals[row] = next++;
    const plannedCount = next;
    for (const row of going) if (!isPlanned(row)) ordinals[row] = next++;
    for (let row = 0; row < rows; row++) if (kinds[row] === KEPT) ordinals[row] = next++;
    return {
      ...{ plannedCount, leftOutCount: going.length - plannedCount, keptCount: rows - going.length },
      ...{ imageCount: this.images, ...this.sum(going, unique) },
      row: (row) => {
        const logicalSizeBytes = sizes.logicalOf(row);
        const ownSizeBytes = own[row] ?? 0;
        return {
          ordinal: ordinals[row] ?? 0,
          limit: LIMITS[this.overs[row] ?? 0] ?? null,
          logicalSizeBytes,
          ownSizeBytes,
          uniqueSizeBytes: unique[row] ?? 0,
          sharedSizeBytes: logicalSizeBytes - ownSizeBytes,
        };
      },
    };
  }

  private addRow({ move, order }: PlannedImage, isOver: boolean): void {
    const row = this.rows++;
    this.makeRoom(this.rows);
    if (move === null) return;
    const isReclaim = move.action === "reclaim";
    this.kinds[row] = isReclaim ? RECLAIM : UNTAG;
    this.overs[row] = isOver ? OVER_SHARE : 0;
    this.orders[row] = order;
    this.tagCounts[row] = countTags(move);
    this.manifestCounts[row] = isReclaim ? 1 + move.members.filter((member) => !member.stays).length : 0;
  }

  private makeRoom(rows: number): void {
    if (rows <= this.kinds.length) return;
    const capacity = 2 * rows;
    this.kinds = grown(this.kinds, new Uint8Array(capacity));
    this.overs = grown(this.overs, new Uint8Array(capacity));
    this.orders = grown(this.orders, new Float64Array(capacity));
    this.tagCounts = grown(this.tagCounts, new Int32Array(capacity));
    this.manifestCounts = grown(this.manifestCounts, new Int32Array(capacity));
  }

  /** Rows that move, in the order of moving. */
  private goingInOrder(): Int32Array {
    const { kinds, orders } = this;
    let count = 0;
    for (let row = 0; row < this.rows; row++) if (kinds[row] !== KEPT) count++;
    const going = new Int32Array(count);
    let next = 0;
    for (let row = 0; row < this.rows; row++) if (kinds[row] !== KEPT) going[next++] = row;
    return going.sort((a, b) => (orders[a] ?? 0) - (orders[b] ?? 0) || a - b);
  }

  /** maxItems and maxBytes end the run at the first move that would pass them; what goes beyond a repository's share is known already. */
  private cut(going: Int32Array): void {
    const { maxItems, maxBytes } = this.limits;
    let items = 0;
    let bytes = 0;
    let ended = 0;
    for (const row of going) {
      const isOver = this.overs[row] === OVER_SHARE;
      const logical = this.sizes.logicalOf(row);
      if (ended === 0 && !isOver) {
        if (maxItems !== undefined && items >= maxItems) ended = OVER_ITEMS;
        else if (maxBytes !== undefined && bytes + logical > maxBytes) ended = OVER_BYTES;
      }
      if (ended !== 0) this.overs[row] = ended;
      else if (!isOver) {
        items++;
        bytes += logical;
      }
    }
  }

  private sum(going: Int32Array, unique: Float64Array) {
    const totals: PlanTotals = { images: 0, manifests: 0, tags: 0, untagged: 0, logicalBytes: 0, freedBytes: 0 };
    const limits = new Set<LimitName>();
    let leftOutBytes = 0;
    for (const row of going) {
      const limit = LIMITS[this.overs[row] ?? 0] ?? null;
      if (limit !== null) {
        limits.add(limit);
        leftOutBytes += this.sizes.logicalOf(row);
        continue;
      }
      if (this.kinds[row] === RECLAIM) totals.images++;
      else totals.untagged++;
      totals.tags += this.tagCounts[row] ?? 0;
      totals.manifests += this.manifestCounts[row] ?? 0;
      totals.logicalBytes += this.sizes.logicalOf(row);
      totals.freedBytes += unique[row] ?? 0;
    }
    return { totals, leftOutBytes, limits: [...limits] };
  }
}

/** Images of a repository, by index, that its share leaves out: those that come last in the order. A lost tag takes no image away. */
function overShare({ images, imageCount }: RepositoryPlan, maxPercent: number | undefined): ReadonlySet<number> {
  if (maxPercent === undefined) return new Set();
  const room = Math.floor((imageCount * maxPercent) / 100);
  return new Set(
    images
      .flatMap(({ move, order }, index) => (move?.action === "reclaim" ? [{ order, index }] : []))
      .sort((a, b) => a.order - b.order || a.index - b.index)
      .slice(room)
      .map(({ index }) => index),
  );
}
