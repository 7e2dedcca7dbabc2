/** What an HTTP Basic `authorization` header says; null where it says nothing of the kind. The password may contain colons. */
export function basicCredentials(header: string | null): { username: string; password: string } | null {
  const [scheme, encoded] = header?.split(" ") ?? [];
  if (scheme?.toLowerCase() !== "basic" || !encoded) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
