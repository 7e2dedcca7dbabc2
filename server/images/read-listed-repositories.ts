import { type BlobTable, grown } from "@/domain/reclaim/blob-table";
import type { BlobLists } from "@/domain/reclaim/space-sizes";
import { type Artifact, compareText, type Exemption, type TagFact } from "@/domain/rules/facts";
import { uint32At } from "@/server/platform/db/big-endian";
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { type CopiedRow, readTime, Words } from "@/server/platform/db/copied-row";
import { KeptRows } from "@/server/platform/db/kept-rows";
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
/** From so many images on everything of a repository is there at once in any case: its rows do not wait. */
const IMAGES_OF_A_LARGE_ONE = 4_000;

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
  const read = async (batch: readonly RepositoryRow[], kept: KeptRows) => {
    kept.clear();
    // A large one is alone in its batch, and read while the database still sends.
    const isLarge = batch.some((repository) => weightOf(repository) >= IMAGES_OF_A_LARGE_ONE);
    const reading = { kept: isLarge ? null : kept, references: new ReferenceList(blobs), notes };
    const readers = new Map(batch.map(({ id, name }) => [id, new RepositoryReader(name, reading)]));
    const repositoryIds = [...readers.keys()];
    await copyFactRows(db, { ...place, repositoryIds }, (row) => readers.get(row.word(IDS) ?? "")?.take(row));
    const withSubjects = new Map([...readers].filter(([, { mayNameSubjects }]) => mayNameSubjects));
    const elsewhere = await listSubjectsElsewhere(db, place.registryId, withSubjects);
    return { readers, elsewhere };
  };
  const batches = inBatches(repositories);
  // One batch lies in the one while the next is read into the other.
  const memory = [new KeptRows(), new KeptRows()] as const;
  let next = batches[0] === undefined ? undefined : read(batches[0], memory[0]);
  for (let at = 1; next !== undefined; at++) {
    const { readers, elsewhere } = await next;
    const batch = batches[at];
    next = batch === undefined ? undefined : read(batch, at % 2 === 0 ? memory[0] : memory[1]);
    // Whoever stops to listen hears of its failure no more.
    next?.catch(() => undefined);
    for (const [id, reader] of readers) yield reader.facts(elsewhere.get(id));
  }
  for (const kept of memory) kept.end();
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

/** Where what is read of a repository comes from and goes. */
interface Reading {
  /** Where rows wait until their repository is asked for; null: each is read as it comes. */
  kept: KeptRows | null;
  references: ReferenceList;
  notes: ImageNotes;
}

/** What a row says; its blobs are those of the list from `start` to `end`. */
interface FactRow {
  artifact: Artifact;
  start: number;
  end: number;
}

class RepositoryReader {
  /** Of rows that wait. */
  private places: number[] = [];
  private rows: FactRow[] = [];
  /** Whether an artifact may say by its field or by its tags that it belongs to another one: few repositories have any. */
  mayNameSubjects = false;

  constructor(
    readonly name: string,
    private readonly reading: Reading,
  ) {}

  /** In no order. */
  get artifacts(): Artifact[] {
    return this.read().map(({ artifact }) => artifact);
  }

  /** Takes a row of copyFactRows after its first column. */
  take(row: CopiedRow): void {
    const { kept } = this.reading;
    if (kept === null) {
      this.rows.push(this.readRow(row));
      this.mayNameSubjects = true;
      return;
    }
    this.places.push(kept.keep(row));
    this.mayNameSubjects ||= mayNameSubject(row);
  }

  /** Everything, once. */
  facts(subjectsElsewhere: ReadonlySet<string> = new Set()): RepositoryFacts {
    const rows = this.read().sort((a, b) => compareText(a.artifact.digest, b.artifact.digest));
    this.rows = [];
    const artifacts = rows.map(({ artifact }) => artifact);
    const blobLists = {
      ids: this.reading.references.ids,
      starts: Int32Array.from(rows, ({ start }) => start),
      ends: Int32Array.from(rows, ({ end }) => end),
    };
    return { name: this.name, artifacts, blobLists, subjectsElsewhere };
  }

  /** All rows, read by now. */
  private read(): FactRow[] {
    const { kept } = this.reading;
    const { places } = this;
    this.places = [];
    if (kept !== null) for (const place of places) this.rows.push(this.readRow(kept.read(place)));
    return this.rows;
  }

  private readRow(row: CopiedRow): FactRow {
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
    const { references, notes } = this.reading;
    const start = references.length;
    row.column();
    references.addContent(row);
    // A manifest is a blob itself.
    references.add(keyLow, keyHigh, sizeBytes);
    const { pins, exemptions } = notes;
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
    return { artifact, start, end: references.length };
  }
}

/** A fallback tag has the digest of its subject in it. */
const FALLBACK_TAG_BYTES_MIN = 64;
const COLUMNS_TO_SUBJECT = 4;
const COLUMNS_TO_TAGS = 7;

/** Steps over a row: true where it has a subject, or tags as long as a fallback tag is. */
function mayNameSubject(row: CopiedRow): boolean {
  for (let column = 0; column < COLUMNS_TO_SUBJECT; column++) row.column();
  row.column();
  if (row.end > row.start) return true;
  for (let column = 0; column < COLUMNS_TO_TAGS; column++) row.column();
  row.column();
  const { buffer, end } = row;
  for (let at = row.start; at < end; at++) {
    at += PUSH_BYTES;
    const start = at;
    while (at < end && buffer[at] !== 0) at++;
    if (at - start > FALLBACK_TAG_BYTES_MIN) return true;
  }
  return false;
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
