import { reserveWriteToken as reserve } from "./registry.store";

interface Wait {
  expiresAt: Date;
  answer: Promise<boolean>;
}

/** By registry: what is being written, and what waits for it to be. */
const waiting = new Map<string, Wait>();
const running = new Map<string, Promise<boolean>>();

/**
 * Stores until when write tokens of a registry live, and only while it is not read-only: false where it is. Each caller waits for a statement
 * that began after it asked and that stores its expiry or a later one; those that ask while another statement is under way share the next
 * one. Pushes come many at a time, and each would wait for the same row otherwise.
 */
export function reserveWriteToken(registryId: string, expiresAt: Date): Promise<boolean> {
  const next = waiting.get(registryId);
  if (next) {
    if (next.expiresAt < expiresAt) next.expiresAt = expiresAt;
    return next.answer;
  }
  const before = running.get(registryId) ?? Promise.resolve(true);
  const wait: Wait = { expiresAt, answer: Promise.resolve(false) };
  wait.answer = before.then(
    () => write(registryId, wait),
    () => write(registryId, wait),
  );
  waiting.set(registryId, wait);
  return wait.answer;
}

async function write(registryId: string, wait: Wait): Promise<boolean> {
  waiting.delete(registryId);
  const answer = reserve(registryId, wait.expiresAt);
  running.set(registryId, answer);
  try {
    return await answer;
  } finally {
    if (running.get(registryId) === answer) running.delete(registryId);
  }
}
