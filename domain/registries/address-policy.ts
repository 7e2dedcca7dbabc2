import { type IpBytes, isInRange, parseIpAddress } from "@/lib/ip-address";

/** Who attached a registry decides where it may be: a tenant must not make the console call into its own network. */
export type AddressPolicy = { readonly allowsPrivate: boolean };

/** No registry is ever there: link-local (cloud metadata), metadata services elsewhere, "this host", multicast, reserved. */
const NEVER = [
  "0.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "fe80::/10",
  "fd00:ec2::/32",
  "fd20:ce::/32",
  "ff00::/8",
];

const PRIVATE = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "::1/128",
  "fc00::/7",
  "fec0::/10",
];

/** IPv6 addresses that lead to an IPv4 one: mapped, compatible, translated (NAT64), 6to4. Where the four bytes are. */
const CARRIERS: readonly (readonly [range: string, at: number])[] = [
  ["::ffff:0:0/96", 12],
  ["::ffff:0:0:0/96", 12],
  ["64:ff9b::/96", 12],
  ["64:ff9b:1::/48", 12],
  ["2002::/16", 2],
  ["::/96", 12],
];

function carriedIn(address: IpBytes): IpBytes | null {
  if (address.length !== 16 || isInRange(address, "::1/128") || isInRange(address, "::/128")) return null;
  const carrier = CARRIERS.find(([range]) => isInRange(address, range));
  return carrier ? address.slice(carrier[1], carrier[1] + 4) : null;
}

/** Why the console must not connect to an address: null = it may. An address that cannot be read is refused. */
export function addressProblem(text: string, policy: AddressPolicy): "never" | "private" | null {
  const address = parseIpAddress(text);
  // Teredo hides the address that it leads to.
  if (address === null || isInRange(address, "2001::/32")) return "never";
  const all = [address, carriedIn(address)].filter((one) => one !== null);
  if (all.some((one) => NEVER.some((range) => isInRange(one, range)))) return "never";
  if (!policy.allowsPrivate && all.some((one) => PRIVATE.some((range) => isInRange(one, range)))) return "private";
  return null;
}

/** The refusal in words for who attaches the registry. */
export function addressProblemText(problem: "never" | "private"): string {
  return problem === "never"
    ? "This address belongs to the machine's own network services (link-local, cloud metadata or reserved). No registry is there."
    : "This address is in a private network. Only a platform admin may attach a registry there, for “Every workspace”.";
}
