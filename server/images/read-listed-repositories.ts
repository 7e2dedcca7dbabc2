import { type BlobTable, grown } from "@/domain/reclaim/blob-table";
import type { BlobLists } from "@/domain/reclaim/space-sizes";
import { type Artifact, compareText, type Exemption, type TagFact } from "@/domain/rules/facts";
import { uint32At } from "@/server/platform/db/big-endian";
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { type CopiedRow, readTime, Words } from "@/server/platform/db/copied-row";
import { artifactKind, pushFacts } from "./artifact-facts";
import { listSubjectsElsewhere } from "./list-subjects-elsewhere";
import { copyFactRows, type RepositoryRow } from "./repository-facts.store";

export type { RepositoryRow };

/** All facts of one repository. */
interface RepositoryFacts {
  name: string;
  /** By digest. Their `blobs` are empty: they come by number. */
  artifacts: Artifact[];
  /** The blobs of each artifact by its position, itself among them, as numbers of the table. */
  blobLists: BlobLists;
  /** Subjects of its artifacts that it lacks and another repository of the registry has. */
  subjectsElsewhere: ReadonlySet<string>;
}

/** So many images, or repositories, are asked for at a time: small ones together, a large one alone. */
const IMAGES_AT_ONCE = 1_000;
const REPOSITORIES_AT_ONCE = 300;
const TAGS_OF_AN_IMAGE = 4;

const IDS = new Words(2);
const MEDIA_TYPES = new Words(12);
const KINDS = new Words(4);
const SOURCES = new Words(4);

/** What is known of images beside the inventory, by `repository@digest`. Plain data: a thread can be given it. */
export interface ImageNotes {
  /** Why something is pinned, in words. */
  pins: ReadonlyMap<string, string>;
  exemptions: ReadonlyMap<string, readonly Exemption[]>;
}

/**
 * Reads the given repositories one by one, in their order: what the inventory knows, unknown as null. The next ones are read while a caller
 * works. Blobs are numbered in `blobs`.
 */
export async function* readListedRepositories(
  db: BulkConnection,
  place: { workspaceId: string; registryId: string },
  repositories: readonly RepositoryRow[],
  notes: ImageNotes,
  blobs: BlobTable,
): AsyncGenerator<RepositoryFacts> {
  const read = async (batch: readonly RepositoryRow[]) => {
    const references = new ReferenceList(blobs);
    const facts = new Map(batch.map(({ id, name }) => [id, new RepositoryReader(name, references, notes)]));
    const repositoryIds = [...facts.keys()];
    await copyFactRows(db, { ...place, repositoryIds }, (row) => facts.get(row.word(IDS) ?? "")?.take(row));
    const elsewhere = await listSubjectsElsewhere(db, place.registryId, facts);
    return [...facts].map(([id, reader]) => reader.facts(elsewhere.get(id)));
  };
  const batches = inBatches(repositories);
  let next = batches[0] === undefined ? undefined : read(batches[0]);
  for (let at = 1; next !== undefined; at++) {
    const facts = await next;
    const batch = batches[at];
    next = batch === undefined ? undefined : read(batch);
    // Whoever stops to listen hears of its failure no more.
    next?.catch(() => undefined);
    yield* facts;
  }
}

/** What a repository takes to read and decide, counted in images of a few tags. */
export function weightOf({ imageCount, tagCount }: RepositoryRow): number {
  return Math.max(imageCount, tagCount / TAGS_OF_AN_IMAGE);
}

function inBatches(repositories: readonly RepositoryRow[]): RepositoryRow[][] {
  const batches: RepositoryRow[][] = [];
  let images = Number.POSITIVE_INFINITY;
  for (const repository of repositories) {
    const weight = weightOf(repository);
    let batch = batches.at(-1);
    if (batch === undefined || images + weight > IMAGES_AT_ONCE || batch.length >= REPOSITORIES_AT_ONCE) {
      batch = [];
      batches.push(batch);
      images = 0;
    }
    batch.push(repository);
    images += weight;
  }
  return batches;
}

/** What manifests refer to, one list for all of a batch: a list for each would be many small things to look after. */
class ReferenceList {
  ids = new Int32Array(4096);
  private count = 0;

  constructor(private readonly blobs: BlobTable) {}

  get length(): number {
    return this.count;
  }

  /** Adds the config and layers of a manifest, which are the row's column. */
  addContent({ buffer, start, end }: CopiedRow): void {
    for (let at = start; at < end; at += 16) {
      const bytes = uint32At(buffer, at + 8) * 2 ** 32 + uint32At(buffer, at + 12);
      this.add(uint32At(buffer, at + 4), uint32At(buffer, at), bytes);
    }
  }

  /** Adds a blob: the halves of its key. */
  add(low: number, high: number, sizeBytes: number): void {
    if (this.count === this.ids.length) this.ids = grown(this.ids, new Int32Array(2 * this.count));
    this.ids[this.count++] = this.blobs.add(low, high, sizeBytes);
  }
}

class RepositoryReader {
  private readonly rows: { artifact: Artifact; start: number; end: number }[] = [];

  constructor(
    readonly name: string,
    private readonly references: ReferenceList,
    private readonly notes: ImageNotes,
  ) {}

  /** In no order. */
  get artifacts(): Artifact[] {
    return this.rows.map(({ artifact }) => artifact);
  }

  /** Takes a row of copyFactRows after its first column. */
  take(row: CopiedRow): void {
    const digest = row.ascii() ?? "";
    const mediaType = row.word(MEDIA_TYPES) ?? "";
    const kind = row.word(KINDS) ?? "";
    const artifactType = row.text();
    const subject = row.ascii();
    const pushedAt = row.time() ?? 0;
    const push = pushFacts(pushedAt, row.word(SOURCES) ?? "");
    const lastPulledAt = row.time();
    const createdAt = row.time();
    const untaggedSince = row.time();
    const isUnreadable = row.flag();
    const sizeBytes = row.int4() ?? 0;
    row.column();
    const tags = readTags(row);
    row.column();
    const keyHigh = uint32At(row.buffer, row.start);
    const keyLow = uint32At(row.buffer, row.start + 4);
    const children = row.ascii();
    const start = this.references.length;
    row.column();
    this.references.addContent(row);
    // A manifest is a blob itself.
    this.references.add(keyLow, keyHigh, sizeBytes);
    const { pins, exemptions } = this.notes;
    const pinText = pins.size === 0 ? null : (pins.get(`${this.name}@${digest}`) ?? null);
    const artifact: Artifact = {
      exemptFrom: exemptions.size === 0 ? undefined : exemptions.get(`${this.name}@${digest}`),
      repositoryName: this.name,
      digest,
      kind: artifactKind({ kind, artifactType, isUnreadable }),
      mediaType,
      tags,
      pushedAt: push.pushedAt,
      firstSeenAt: push.firstSeenAt ?? null,
      lastPulledAt,
      createdAt,
      untaggedSince,
      isPinned: pinText !== null,
      pinText,
      // Immutable tags and cluster use are not recorded yet, and no rule may think otherwise.
      immutableTags: [],
      inUseBy: [],
      children: children === null ? [] : children.split(","),
      subject,
      missingChildren: 0,
      isUnreadable,
      blobs: [],
    };
    this.rows.push({ artifact, start, end: this.references.length });
  }

  facts(subjectsElsewhere: ReadonlySet<string> = new Set()): RepositoryFacts {
    const rows = this.rows.sort((a, b) => compareText(a.artifact.digest, b.artifact.digest));
    const artifacts = rows.map(({ artifact }) => artifact);
    const blobLists = {
      ids: this.references.ids,
      starts: Int32Array.from(rows, ({ start }) => start),
      ends: Int32Array.from(rows, ({ end }) => end),
    };
    return { name: this.name, artifacts, blobLists, subjectsElsewhere };
  }
}

const PUSH_BYTES = 9;

/** The tags that are the row's column. */
function readTags({ buffer, start, end }: CopiedRow): TagFact[] {
  const tags: TagFact[] = [];
  let isInOrder = true;
  let previous = "";
  for (let at = start; at < end; ) {
    const nameStart = at + PUSH_BYTES;
    let nameEnd = nameStart;
    while (nameEnd < end && buffer[nameEnd] !== 0) nameEnd++;
    const time = readTime(buffer, at);
    const name = buffer.toString("utf8", nameStart, nameEnd);
    if (compareText(previous, name) > 0) isInOrder = false;
    previous = name;
    tags.push(buffer[nameStart - 1] === 1 ? { name, pushedAt: null, firstSeenAt: time } : { name, pushedAt: time });
    at = nameEnd + 1;
  }
  return isInOrder ? tags : tags.sort((a, b) => compareText(a.name, b.name));
}
