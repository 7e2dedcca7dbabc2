import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DIGEST_WORDS } from "@/domain/gc/digest-words";
import { mark } from "@/domain/gc/mark";
import { ReferenceGraph } from "@/domain/gc/reference-graph";
import { PackBuilder, ReferencePack } from "@/domain/gc/reference-pack";
import { Random } from "@/testing/storage/random";
import { builtProgram } from "./built-program";
import { count, duration, printTable } from "./table";

const SELF = fileURLToPath(import.meta.url);
const BLOBS = [50_000, 100_000, 250_000, 500_000, 1_000_000];
/** As in the trees of `bench/gc`: of a hundred blobs, so many are manifests; each names so many, and a repository has so many. */
const MANIFEST_SHARE = 0.27;
const REFERENCES = 9;
const MANIFESTS_PER_REPOSITORY = 330;

interface MemoryMeasure {
  aboveIdleMb: number;
  ms: number;
  candidates: number;
}

/** What the graph of a registry takes in memory, and to be marked, as it grows; each in a process of its own. */
export async function run(): Promise<void> {
  const rows: string[][] = [];
  for (const blobs of BLOBS) {
    const { aboveIdleMb, ms, candidates } = await measure(blobs);
    rows.push([
      ...[count(blobs), count(blobs * MANIFEST_SHARE), `${count(aboveIdleMb)} MB`],
      ...[count((aboveIdleMb * 2 ** 20) / blobs), duration(ms), count(candidates)],
    ]);
  }
  printTable(
    "The graph of a registry: memory above an idle process at its highest, and the time to mark",
    ["blobs", "manifests", "memory", "bytes a blob", "mark", "candidates"],
    rows,
  );
}

async function measure(blobs: number): Promise<MemoryMeasure> {
  const child = spawn(process.execPath, [await builtProgram(import.meta.url), String(blobs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`measuring ended with ${code}`);
  return JSON.parse(output) as MemoryMeasure;
}

/** Made-up blobs: the number in the first words, which are what places it in a table. */
function wordsOf(number: number, into: Uint32Array, at: number): void {
  for (let word = 0; word < DIGEST_WORDS; word++) into[at + word] = Math.imul(number + 1, 0x9e3779b1 + word * 0x10001);
}

function digestOf(number: number): string {
  const words = new Uint32Array(DIGEST_WORDS);
  wordsOf(number, words, 0);
  return `sha256:${[...words].map((word) => word.toString(16).padStart(8, "0")).join("")}`;
}

function fill(graph: ReferenceGraph, blobs: number): void {
  const random = new Random(1);
  const perShard = Math.ceil(blobs / 256);
  for (let from = 0; from < blobs; from += perShard) {
    const words = new Uint32Array(Math.min(perShard, blobs - from) * DIGEST_WORDS);
    for (let i = 0; i * DIGEST_WORDS < words.length; i++) wordsOf(from + i, words, i * DIGEST_WORDS);
    graph.addStoredWords(words);
  }
  const manifests = Math.floor(blobs * MANIFEST_SHARE);
  for (let from = 0; from < manifests; from += MANIFESTS_PER_REPOSITORY) {
    const own = Array.from({ length: Math.min(MANIFESTS_PER_REPOSITORY, manifests - from) }, (_, i) => from + i);
    const links = own.map(() => random.between(manifests, blobs - 1));
    const words = new Uint32Array((own.length + links.length) * (DIGEST_WORDS + 1));
    [...own, ...links].forEach((number, i) => {
      wordsOf(number, words, i * (DIGEST_WORDS + 1));
    });
    const rest = { revisions: [], tags: [], layerLinks: [], aliases: [] };
    const counts = { revisions: own.length, tags: [], pastOfTag: [], layerLinks: links.length };
    graph.addListing({ words, repositories: [{ name: `team/app-${from}`, ...counts, rest }] });
    const builder = new PackBuilder();
    for (const number of own) {
      const references = Array.from({ length: REFERENCES }, () => digestOf(random.between(manifests, blobs - 1)));
      builder.add(digestOf(number), { references, children: [], subject: null, isUnknownKind: false });
    }
    const pack = ReferencePack.open(builder.build());
    if (pack) graph.addPack(pack, pack.internInto(graph.digests), () => true);
  }
}

if (process.argv[1] === SELF) {
  const blobs = Number(process.argv[2]);
  const idle = process.memoryUsage.rss();
  const graph = new ReferenceGraph();
  fill(graph, blobs);
  const startedAt = performance.now();
  const { candidateBlobs } = mark(graph, {
    ...{ deleteUntagged: false, keptRepositoryPrefixes: [], collectedPrefixes: null, keptDigests: [] },
    ...{ keepWrittenAfterMs: null, keepRevisionsWrittenAfterMs: null },
  });
  const ms = performance.now() - startedAt;
  const aboveIdleMb = (process.resourceUsage().maxRSS * 1024 - idle) / 2 ** 20;
  const measure: MemoryMeasure = { aboveIdleMb, ms, candidates: candidateBlobs.length };
  process.stdout.write(JSON.stringify(measure), () => process.exit(0));
}
