/**
 * Programs that pull to look, not to use: scanners of vulnerabilities and mirrors. Starts of their user agents; `*` stands for
 * anything. What runs or builds images is never here, nor what pulls for somebody who does (a proxy cache): a pull that does not
 * count may cost an image.
 */
export const WELL_KNOWN_IGNORED_PULLERS = [
  "trivy",
  "aquasec*trivy",
  "harbor-scanner",
  "clair",
  "quay*clair",
  "grype",
  "syft",
  "stereoscope",
  "anchore",
  "snyk",
  "sysdig",
  "prisma-cloud",
  "twistlock",
  "xray",
  "jfrog*xray",
  "kubescape",
  "neuvector",
  "docker-scout",
  "regsync",
] as const;

/** Who pulled: every name that the account goes by (id, name, e-mail), and the program. */
export interface Puller {
  accounts: readonly string[];
  userAgent: string;
}

/**
 * Compiles whose pulls count for nothing: the well-known programs, and what a space names (whole account names, or starts of
 * user agents; `*` is a wildcard, case does not matter).
 */
export function compileIgnoredPullers(ofSpace: readonly string[]): (puller: Puller) => boolean {
  const programs = [...WELL_KNOWN_IGNORED_PULLERS, ...ofSpace].map(partsOf);
  const accounts = ofSpace.map(partsOf);
  return (puller) => {
    const userAgent = puller.userAgent.toLowerCase();
    if (programs.some((parts) => matches(parts, userAgent, false))) return true;
    return puller.accounts.some((account) => accounts.some((parts) => matches(parts, account.toLowerCase(), true)));
  };
}

function partsOf(pattern: string): string[] {
  return pattern.trim().toLowerCase().split("*");
}

/** Each part as early as it comes: linear, whatever a user agent looks like. `isWhole`: nothing may follow the last part. */
function matches(parts: readonly string[], text: string, isWhole: boolean): boolean {
  const [first = "", ...rest] = parts;
  // A pattern of nothing, or of wildcards alone, would leave every pull out.
  if (parts.every((part) => part === "") || !text.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    if (isLast && isWhole) return part.length <= text.length - at && text.endsWith(part);
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return !isWhole || at === text.length;
}
