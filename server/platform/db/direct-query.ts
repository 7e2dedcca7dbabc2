import { databasePool } from "./prisma";

/**
 * One statement on the driver itself, prepared once a connection: for the few that every request waits for. The client above it would cost
 * more than they do. Nothing is said of who acts: not for changes of what people have set.
 */
export async function directQuery<T extends object>(statement: {
  /** unique to this text */
  name: string;
  text: string;
  values: unknown[];
}): Promise<T[]> {
  const client = await databasePool().connect();
  try {
    const { rows } = await client.query<T>(statement);
    client.release();
    return rows;
  } catch (error) {
    client.release(error instanceof Error ? error : true);
    throw error;
  }
}
