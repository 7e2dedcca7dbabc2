/** An address as its bytes in network order: 4 for IPv4, 16 for IPv6. */
export type IpBytes = readonly number[];

function parseV4(text: string): IpBytes | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [at, group] of groups.entries()) {
    if (at === groups.length - 1 && group.includes(".")) {
      const v4 = parseV4(group);
      if (v4 === null) return null;
      bytes.push(...v4);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

function parseV6(text: string): IpBytes | null {
  const halves = text.replace(/%.*$/, "").split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (head === null || head === undefined) return null;
  if (halves.length === 1) return head.length === 16 ? head : null;
  if (tail === null || tail === undefined || head.length + tail.length > 14) return null;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

/** Reads an IP address as text (IPv6 without brackets; a zone is passed over); null for everything else. */
export function parseIpAddress(text: string): IpBytes | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** Whether an address lies in a range such as `10.0.0.0/8` or `fe80::/10`; the other family never does. */
export function isInRange(address: IpBytes, range: string): boolean {
  const [base = "", bits = ""] = range.split("/");
  const start = parseIpAddress(base);
  if (start === null || start.length !== address.length) return false;
  let rest = Number(bits);
  for (const [at, byte] of start.entries()) {
    if (rest <= 0) return true;
    const mask = rest >= 8 ? 255 : (255 << (8 - rest)) & 255;
    if ((byte & mask) !== ((address[at] ?? 0) & mask)) return false;
    rest -= 8;
  }
  return true;
}
