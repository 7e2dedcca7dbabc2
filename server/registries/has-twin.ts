import { lookup } from "node:dns/promises";
import { isInRange, parseIpAddress } from "@/lib/ip-address";
import { createRegistryAdapter } from "@/server/platform/registry/distribution-adapter";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { basicAuthorizer, noAuthorizer } from "@/server/platform/registry/registry-authorizer";
import type { RegistryConnection } from "./inspect-registry";
import { openRegistry } from "./open-registry";
import { listAllRegistries } from "./registry.store";

const COMPARED_NAMES = 200;
const COMPARE_MS = 10_000;

/**
 * Whether a registry is attached already under another name of the same machine: two rows of one registry would not keep each
 * other's locks, pins and prefixes. At one address and port there may be several registries behind a proxy: they are told
 * apart by what they hold, and where that cannot be told they count as one.
 */
export async function hasTwin(connection: RegistryConnection, exceptId: string | null): Promise<boolean> {
  const wanted = await endpointOf(connection.url);
  const others = (await listAllRegistries()).filter(
    (registry) => registry.id !== exceptId && registry.url !== connection.url,
  );
  for (const registry of others) {
    const endpoint = await endpointOf(registry.url);
    if (endpoint.port !== wanted.port || !endpoint.addresses.some((address) => wanted.addresses.includes(address)))
      continue;
    const own = openWritten(connection);
    try {
      const [ours, theirs] = await Promise.all([firstNames(own), firstNames(await openRegistry(registry))]);
      if (ours === null || theirs === null || ours.join("\n") === theirs.join("\n")) return true;
    } finally {
      own.close();
    }
  }
  return false;
}

function openWritten({ kind, url, auth, username, password, addressPolicy }: RegistryConnection): RegistryAdapter {
  const authorizer =
    auth === "none"
      ? noAuthorizer()
      : basicAuthorizer({ username: username ?? "", password: password ?? "", addressPolicy });
  return createRegistryAdapter(kind, {
    url,
    authorizer,
    storageRoot: null,
    addressPolicy,
    followRedirects: false,
    attempts: 1,
  });
}

/** Addresses (every one of this machine counts as one) and port of a URL; no addresses where its name is not known. */
async function endpointOf(url: string): Promise<{ addresses: string[]; port: string }> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const addresses =
    parseIpAddress(host) === null
      ? await lookup(host, { all: true }).then(
          (found) => found.map(({ address }) => address),
          () => [],
        )
      : [host];
  return { addresses: addresses.map(canonical), port: port || (protocol === "https:" ? "443" : "80") };
}

function canonical(address: string): string {
  const bytes = parseIpAddress(address);
  if (bytes === null) return address;
  const isLoopback =
    isInRange(bytes, "127.0.0.0/8") || isInRange(bytes, "::1/128") || isInRange(bytes, "::ffff:127.0.0.0/104");
  return isLoopback ? "loopback" : bytes.join(".");
}

/** The first names of a registry's catalogue; null where it does not list them. */
async function firstNames(adapter: RegistryAdapter): Promise<string[] | null> {
  const names: string[] = [];
  try {
    for await (const name of adapter.listRepositories({ signal: AbortSignal.timeout(COMPARE_MS) })) {
      names.push(name);
      if (names.length >= COMPARED_NAMES) break;
    }
    return names;
  } catch {
    return null;
  }
}
