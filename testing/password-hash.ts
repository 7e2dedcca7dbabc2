import { randomBytes, scryptSync } from "node:crypto";

const COST = { N: 16, r: 8, p: 1 };

/**
 * As the console keeps passwords, but not hard to guess: the real ones cost it a tenth of a second each time that somebody is asked for theirs,
 * which clients of registries are with each command.
 */
export function hashCheaply(password: string): string {
  const salt = randomBytes(16);
  const key = scryptSync(password.normalize("NFKC"), salt, 32, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), key.toString("base64")].join("$");
}
