import { describe, expect, test } from "vitest";
import { parseRegistryUrl } from "./registry-url";

describe("K-35 the address of a registry", () => {
  test.each([
    ["https://Registry.Example.com/", "https://registry.example.com", "registry.example.com"],
    [" http://registry:5000 ", "http://registry:5000", "registry"],
    ["https://registry.example.com:443", "https://registry.example.com", "registry.example.com"],
    ["http://registry.example.com.:80/", "http://registry.example.com", "registry.example.com"],
    ["HTTP://0x7f.1:5000", "http://127.0.0.1:5000", "127.0.0.1"],
    ["http://2130706433", "http://127.0.0.1", "127.0.0.1"],
    ["http://[::1]:5000", "http://[::1]:5000", "::1"],
    ["https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"],
  ])("%s is %s", (typed, url, hostname) => {
    expect(parseRegistryUrl(typed)).toEqual({ ok: true, url, hostname });
  });

  test.each([
    "registry.example.com",
    "registry.example.com:5000",
    "ftp://registry.example.com",
    "file:///etc/passwd",
    "unix:///var/run/docker.sock",
    "gopher://registry:70",
    "https://me:secret@registry.example.com",
    "https://me@registry.example.com",
    "https://registry.example.com/v2/",
    "https://registry.example.com/?a=b",
    "https://registry.example.com/#x",
    "https://",
    "http://registry:0",
    "http://regis try",
    "",
  ])("%j is refused in words", (typed) => {
    const parsed = parseRegistryUrl(typed);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) {
      expect(parsed.problem).toMatch(/\.$/);
      expect(parsed.problem).not.toContain("secret");
    }
  });
});
