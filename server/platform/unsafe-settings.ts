/** What examples, templates and tests put in a secret's place; compared without case, blanks and punctuation. */
const PLACEHOLDERS = /(change|replace)_?(me|this)|example|default|placeholder|your_?secret|secret_?here|ofthetests/;
const SECRET_MIN_LENGTH = 24;
const SECRET_MIN_DIFFERENT = 10;

interface Secrets {
  RECLAIM_SESSION_SECRET: string;
  RECLAIM_ENCRYPTION_KEY: string;
  RECLAIM_EVENTS_SECRET: string;
}

/** What keeps an environment from being one for production, each as a sentence that names the variable and never its value; empty = nothing. */
export function unsafeSettings(secrets: Secrets): string[] {
  const key = keyProblem(secrets.RECLAIM_ENCRYPTION_KEY);
  return [
    ...(["RECLAIM_SESSION_SECRET", "RECLAIM_EVENTS_SECRET"] as const).flatMap((name) => {
      const problem = secretProblem(secrets[name]);
      return problem === null ? [] : [`${name} ${problem}`];
    }),
    ...(key === null ? [] : [`RECLAIM_ENCRYPTION_KEY ${key}`]),
  ];
}

function secretProblem(secret: string): string | null {
  if (PLACEHOLDERS.test(secret.toLowerCase().replace(/[^a-z0-9]/g, ""))) return "is a placeholder: anybody can know it";
  if (secret.length < SECRET_MIN_LENGTH) return `is shorter than ${SECRET_MIN_LENGTH} characters`;
  if (new Set(secret).size < SECRET_MIN_DIFFERENT) return "is made of too few different characters";
  return null;
}

function keyProblem(base64: string): string | null {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== 32) return "is not 32 bytes in base64";
  // Of 32 random bytes about 30 are different.
  if (new Set(bytes).size < 20) return "is no random key";
  // Text instead of random bytes: about one random key in a million is all printable.
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return "is a text and no random key";
  return null;
}
