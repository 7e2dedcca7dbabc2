export const PASSWORD_MIN_LENGTH = 12;
export const PASSWORD_MAX_LENGTH = 200;

/** The ones that everybody tries, longer than the minimum or short of it by little; compared without case and digits at the end. */
const COMMON = [
  "password",
  "passwort",
  "passphrase",
  "letmein",
  "welcome",
  "changeme",
  "qwertyuiop",
  "administrator",
  "reclaim",
];

/** Nothing for a password that may be chosen, else what is wrong with it, as a sentence. `email` and `name` are of whose it is to be. */
export function passwordProblem(password: string, person: { email: string; name: string }): string | null {
  if ([...password].length < PASSWORD_MIN_LENGTH) return `Use ${PASSWORD_MIN_LENGTH} characters or more.`;
  if (password.length > PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
  const plain = password.normalize("NFKC").toLowerCase();
  if (new Set(plain).size < 5) return "Use more than a few different characters.";
  const bare = plain.replace(/[^\p{L}]/gu, "");
  if (COMMON.some((word) => bare.replaceAll(word, "") === "")) return "Everybody tries this one first. Use another.";
  const own = [person.email, person.email.split("@")[0] ?? "", person.name, ...person.name.split(/\s+/)]
    .map((text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, ""))
    .filter((text) => text.length > 2)
    .sort((a, b) => b.length - a.length);
  const rest = own.reduce((left, text) => left.replaceAll(text, ""), plain.replace(/\s/g, ""));
  if (rest.length < 5) return "Do not use your name or e-mail address.";
  return null;
}
