export type RegistryUrl = { ok: true; url: string; hostname: string } | { ok: false; problem: string };

const no = (problem: string): RegistryUrl => ({ ok: false, problem });

/**
 * Reads the address of a registry as somebody typed it: `http(s)://host[:port]` and nothing else. The answer is in one spelling
 * (lower case, no default port, no slash at the end), so that one registry is not attached twice.
 */
export function parseRegistryUrl(typed: string): RegistryUrl {
  const text = typed.trim();
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    return no("Write the whole address, with https:// or http:// in front.");
  }
  if (!URL.canParse(text)) return no("This is not an address. Write it like https://registry.example.com.");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return no("The address has to begin with https:// or http://.");
  if (url.username !== "" || url.password !== "") {
    return no("Leave user name and password out of the address: they have fields of their own.");
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return no("Write the address of the registry alone, without a path: repositories are named in registry spaces.");
  }
  if (url.hostname === "" || url.port === "0") return no("The address has no host and port that can be called.");
  // A trailing dot names the same host.
  const hostname = url.hostname.replace(/\.$/, "");
  const port = url.port === "" ? "" : `:${url.port}`;
  return { ok: true, url: `${url.protocol}//${hostname}${port}`, hostname: hostname.replace(/^\[|\]$/g, "") };
}
