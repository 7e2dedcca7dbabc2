// What a registry's manifests refer to, in packs of many: read and written whole, in one scan, by collections only.
import { type BulkConnection, literal, withBulkConnection } from "@/server/platform/db/bulk-connection";

const never = new AbortController().signal;

/** All packs of a registry. @throws the signal's reason */
export async function loadReferencePacks(
  registryId: string,
  signal: AbortSignal = never,
): Promise<{ id: string; words: Uint32Array }[]> {
  const packs: { id: string; words: Uint32Array }[] = [];
  const sql = `SELECT id::text, body FROM reference_packs WHERE registry_id = ${literal(registryId)} ORDER BY id`;
  await withBulkConnection(signal, (connection) =>
    connection.copyOut(sql, (row) => {
      const id = row.text() ?? "";
      const body = row.bytes();
      const aligned = new Uint8Array(body.length - (body.length % Uint32Array.BYTES_PER_ELEMENT));
      aligned.set(body.subarray(0, aligned.length));
      packs.push({ id, words: new Uint32Array(aligned.buffer) });
    }),
  );
  return packs;
}

/** Adds packs and removes others, both or neither. @throws the signal's reason */
export async function replaceReferencePacks(
  registryId: string,
  dropped: readonly string[],
  added: readonly Uint32Array[],
  signal: AbortSignal = never,
): Promise<void> {
  await withBulkConnection(signal, async (connection) => {
    await connection.query("BEGIN");
    if (dropped.length > 0)
      await connection.query("DELETE FROM reference_packs WHERE registry_id = $1 AND id = ANY($2::bigint[])", [
        registryId,
        dropped,
      ]);
    await copyPacks(connection, registryId, added);
    await connection.query("COMMIT");
  });
}

async function copyPacks(connection: BulkConnection, registryId: string, packs: readonly Uint32Array[]): Promise<void> {
  if (packs.length === 0) return;
  function* lines(): Generator<string> {
    for (const { buffer, byteOffset, byteLength } of packs)
      yield `${registryId}\t\\\\x${Buffer.from(buffer, byteOffset, byteLength).toString("hex")}\n`;
  }
  await connection.copyIn("reference_packs (registry_id, body)", lines());
}
