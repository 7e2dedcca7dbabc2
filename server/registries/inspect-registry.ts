import type { RegistryFindingDto, RegistryReportDto } from "@/contracts/registries";
import type { AddressPolicy } from "@/domain/registries/address-policy";
import { parseRegistryUrl } from "@/domain/registries/registry-url";
import type { S3Access } from "@/domain/registries/s3-location";
import { env } from "@/server/platform/env";
import { probeDeletion } from "@/server/platform/registry/distribution-adapter";
import { DistributionClient } from "@/server/platform/registry/distribution-client";
import { createTransport, type Transport, type TransportAnswer } from "@/server/platform/registry/http-transport";
import { basicAuthorizer, noAuthorizer } from "@/server/platform/registry/registry-authorizer";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { parseChallenge } from "@/server/platform/registry/token-exchange";
import { inspectStorage } from "./inspect-storage";
import { failureOf } from "./registry-failure";
import { TOKEN_SERVICE } from "./token-settings";

/** A registry as somebody wrote it down, not attached yet (or with changes that are not kept yet). */
export interface RegistryConnection {
  kind: "distribution" | "harbor";
  url: string;
  auth: "none" | "basic";
  username: string | null;
  password: string | null;
  storageRoot: string | null;
  /** the bucket that holds its blobs, instead of a folder */
  bucket: S3Access | null;
  addressPolicy: AddressPolicy;
}

const LIMITS = { followRedirects: false, attempts: 1, timeoutCapMs: 8000 } as const;
const SAMPLED_NAMES = 1000;

/** Collects what was found; whatever is bad keeps the registry from being attached. */
class Report {
  readonly findings: RegistryFindingDto[] = [];
  version: RegistryReportDto["version"] = null;
  latencyMs: number | null = null;

  add(
    check: RegistryFindingDto["check"],
    state: RegistryFindingDto["state"],
    text: string,
    advice: string | null = null,
  ) {
    this.findings.push({ check, state, text, advice });
  }

  done(): RegistryReportDto {
    const isAttachable = this.findings.every((finding) => finding.state !== "bad");
    return { isAttachable, version: this.version, latencyMs: this.latencyMs, findings: this.findings };
  }
}

/**
 * Looks at a registry without changing anything in it: whether it answers, what it is, whether it takes the credentials, what it can do,
 * and whether the folder or bucket is its storage (in a bucket it tries to write, where the registry never looks). Never throws for what is wrong with the registry: that is what the report is for.
 */
export async function inspectRegistry(connection: RegistryConnection): Promise<RegistryReportDto> {
  const report = new Report();
  const address = parseRegistryUrl(connection.url);
  if (!address.ok) {
    report.add("address", "bad", address.problem);
    return report.done();
  }
  if (connection.kind === "harbor") {
    report.add(
      "answer",
      "bad",
      "Harbor registries are supported in a later version.",
      "Attach a Distribution registry.",
    );
    return report.done();
  }
  const url = address.url;
  const limits = { ...LIMITS, addressPolicy: connection.addressPolicy };
  const anonymous = createTransport({ url, authorizer: noAuthorizer(), ...limits });
  const { username, password, addressPolicy } = connection;
  const authorizer =
    connection.auth === "none"
      ? noAuthorizer()
      : basicAuthorizer({ username: username ?? "", password: password ?? "", addressPolicy });
  const transport = createTransport({ url, authorizer, ...limits });
  try {
    const greeting = await greet(anonymous, url, report);
    if (greeting === null) return report.done();
    if (!(await checkCredentials(transport, greeting, connection, report))) return report.done();
    const names = await checkCatalogue(transport, connection, report);
    await checkVersion(transport, report);
    await checkDeletion(transport, report);
    checkTokens(greeting, report);
    const { storageRoot: root, bucket } = connection;
    if (root === null && bucket === null) {
      report.add(
        "storage",
        "warning",
        "The console does not reach the registry's storage: untagged images are not seen.",
      );
    } else {
      const { state, text, advice } = await inspectStorage({
        place: bucket === null ? { kind: "folder", root: root ?? "" } : { kind: "bucket", bucket },
        names,
        adapter: { url, authorizer, ...limits },
      });
      report.add("storage", state, text, advice);
    }
    return report.done();
  } finally {
    anonymous.close();
    transport.close();
  }
}

/** What the registry says to somebody without credentials; null where there is no registry to go on with. */
async function greet(transport: Transport, url: string, report: Report): Promise<TransportAnswer | null> {
  const beganMs = performance.now();
  let answer: TransportAnswer;
  try {
    answer = await transport.send({ method: "GET", path: "/v2/", access: [], maxBytes: 1024 * 1024 });
  } catch (error) {
    const { text, advice } = failureOf(error, url);
    const isAddress = error instanceof RegistryError && error.code === "ADDRESS_REFUSED";
    report.add(isAddress ? "address" : "answer", "bad", text, advice);
    return null;
  }
  report.latencyMs = Math.round(performance.now() - beganMs);
  report.add("address", "good", `${url} may be called.`);
  const problem = noRegistry(answer, url);
  if (problem) {
    report.add("answer", "bad", problem.text, problem.advice);
    return null;
  }
  report.add("answer", "good", `A registry answers, within ${report.latencyMs} ms.`);
  return answer;
}

function noRegistry({ status, headers }: TransportAnswer, url: string): { text: string; advice: string } | null {
  if (status >= 300 && status < 400) {
    const to =
      typeof headers.location === "string" && URL.canParse(headers.location, url)
        ? new URL(headers.location, url).origin
        : null;
    if (to === new URL(url).origin) {
      return {
        text: "A web site answers here, no registry: it redirects to another of its pages.",
        advice: "Check host and port; a proxy in front must pass /v2/ and its headers on.",
      };
    }
    return {
      text: `The address redirects${to ? ` to ${to}` : ""}.`,
      advice: "Write the address that it redirects to.",
    };
  }
  if (parseChallenge(headers["www-authenticate"])?.service === "harbor-registry") {
    return {
      text: "This is a Harbor registry: those are supported in a later version.",
      advice: "Attach a Distribution registry.",
    };
  }
  if (!String(headers["docker-distribution-api-version"] ?? "").includes("registry/2")) {
    return {
      text: `Something answers (${status}), but it is no Distribution registry: the header Docker-Distribution-API-Version is missing.`,
      advice: "Check host and port; a proxy in front must pass /v2/ and its headers on.",
    };
  }
  if (status === 200 || status === 401) return null;
  return { text: `The registry answered ${status} to GET /v2/.`, advice: "Look into its log." };
}

async function checkCredentials(
  transport: Transport,
  greeting: TransportAnswer,
  connection: RegistryConnection,
  report: Report,
): Promise<boolean> {
  const isOpen = greeting.status === 200;
  const isOurs = takesOurTokens(greeting);
  if (isOurs) {
    const advice = "It is in the list of registries already: create registry spaces on it.";
    report.add(
      "tokens",
      "bad",
      "This registry takes its tokens from this console: it is the one that the console runs with.",
      advice,
    );
    return false;
  }
  if (connection.auth === "none") {
    if (isOpen) report.add("credentials", "good", "It asks nobody for credentials.");
    else report.add("credentials", "bad", "It asks for a user name and a password.", "Choose them as sign-in.");
    return isOpen;
  }
  if (!connection.username || !connection.password) {
    report.add("credentials", "bad", "User name or password is missing.", "Write both, or choose a sign-in without.");
    return false;
  }
  try {
    await new DistributionClient(transport).ping();
  } catch (error) {
    const { text, advice } = failureOf(error, connection.url);
    report.add("credentials", "bad", text, advice);
    return false;
  }
  if (isOpen)
    report.add("credentials", "warning", "It lets everybody in: it never asked for the user name and password.");
  else report.add("credentials", "good", `It accepts the user ${connection.username}.`);
  return true;
}

async function checkCatalogue(transport: Transport, connection: RegistryConnection, report: Report): Promise<string[]> {
  const client = new DistributionClient(transport);
  try {
    const page = (await client.catalogPage(SAMPLED_NAMES, null)) ?? (await client.catalogPage(100, null));
    const names = page?.names ?? [];
    const count =
      names.length === 1 ? "1 repository" : `${page?.hasMore ? "more than " : ""}${names.length} repositories`;
    report.add("catalogue", "good", `It lists its repositories: ${count}.`);
    return names;
  } catch (error) {
    const isRefused = error instanceof RegistryError && (error.kind === "unauthorized" || error.kind === "denied");
    const text = isRefused
      ? "This user may not list the repositories (_catalog)."
      : failureOf(error, connection.url).text;
    report.add(
      "catalogue",
      "bad",
      text,
      "Give the user the right to read the catalogue: without it no image is found.",
    );
    return [];
  }
}

/** 3.x refuses a negative page size, 2.8 passes it over: a question that changes nothing. */
async function checkVersion(transport: Transport, report: Report): Promise<void> {
  const catalogue = [{ type: "registry", name: "catalog", actions: ["*"] }];
  const answer = await transport
    .send({ method: "GET", path: "/v2/_catalog?n=-1", access: catalogue })
    .catch(() => null);
  if (answer?.status === 400) report.version = "3.x";
  if (answer?.status === 200) report.version = "2.8";
  if (report.version) report.add("version", "good", `It behaves like Distribution ${report.version}.`);
  else report.add("version", "unknown", "Its version cannot be told from outside.");
}

async function checkDeletion(transport: Transport, report: Report): Promise<void> {
  const answers = await probeDeletion(new DistributionClient(transport)).catch(() => null);
  if (answers === null) {
    report.add("deletion", "unknown", "Whether it deletes could not be told.", "Test it again later.");
    return;
  }
  const { byDigest, byTag } = answers;
  if (byDigest.status === 405) {
    const advice = "Set storage.delete.enabled: true in its configuration (REGISTRY_STORAGE_DELETE_ENABLED=true).";
    report.add(
      "deletion",
      "warning",
      "Deletion is disabled in it, or it is read-only: nothing can be recycled.",
      advice,
    );
    return;
  }
  if (byDigest.status === 401 || byDigest.status === 403) {
    report.add(
      "deletion",
      "warning",
      "This user may not delete: nothing can be recycled.",
      "Give the user the right to delete.",
    );
    return;
  }
  if (byDigest.status !== 404 && byDigest.status !== 202) {
    report.add("deletion", "unknown", `Whether it deletes could not be told: it answered ${byDigest.status}.`);
    return;
  }
  report.add("deletion", "good", "It deletes images.");
  if (byTag.status === 404 || byTag.status === 202)
    report.add("tagDeletion", "good", "It takes one of several tags away.");
  else {
    report.add(
      "tagDeletion",
      "good",
      "It has no request for one of several tags (3.x does): a placeholder image takes it away.",
    );
  }
}

function takesOurTokens({ headers }: TransportAnswer): boolean {
  const challenge = parseChallenge(headers["www-authenticate"]);
  if (challenge === null) return false;
  const own = new URL("/api/registry/token", env().RECLAIM_URL);
  const realm = new URL(challenge.realm);
  return challenge.service === TOKEN_SERVICE || `${realm.origin}${realm.pathname}` === `${own.origin}${own.pathname}`;
}

function checkTokens({ headers }: TransportAnswer, report: Report): void {
  const challenge = parseChallenge(headers["www-authenticate"]);
  const whose =
    challenge === null ? "It keeps its own accounts" : `It takes its tokens from ${new URL(challenge.realm).host}`;
  report.add(
    "tokens",
    "warning",
    `${whose}: this console cannot hold writers back, so it collects no garbage there. Recycle, restore and purge work.`,
  );
}
