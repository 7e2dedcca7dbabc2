import { RegistryError } from "@/server/platform/registry/registry-error";

type Failure = { text: string; advice: string | null };

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ISSUER/;

function codeOf(error: RegistryError): string {
  const cause = error.cause as { code?: unknown; errors?: { code?: unknown }[] } | undefined;
  // Several addresses of one name fail together: the first says as much as the others.
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  return typeof code === "string" ? code : "";
}

function unreachable(host: string, code: string): Failure {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return {
      text: `The name ${host} is not known.`,
      advice: "Check the spelling, and that the console's server resolves it.",
    };
  }
  if (code === "ECONNREFUSED") {
    return { text: `Nothing answers at ${host}.`, advice: "Check the port, and that the registry is running." };
  }
  if (CERTIFICATE.test(code)) {
    return {
      text: `The certificate of ${host} is not trusted (${code}).`,
      advice: "Have the console started with NODE_EXTRA_CA_CERTS naming the certificate of your own authority.",
    };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return { text: `${host} does not speak HTTPS.`, advice: "Write http:// if the registry has no certificate." };
  }
  if (code.startsWith("HPE_") || code === "ECONNRESET") {
    return {
      text: `${host} does not speak HTTP.`,
      advice: "Write https:// if the registry has a certificate, and check the port.",
    };
  }
  return {
    text: `${host} cannot be reached${code ? ` (${code})` : ""}.`,
    advice: "Check the address and the network between.",
  };
}

/** What went wrong with a registry, in words for whoever looks after it, and what they can do. Holds no credentials. */
export function failureOf(error: unknown, url: string): Failure {
  const { host } = new URL(url);
  if (!(error instanceof RegistryError)) return { text: `${host} could not be asked.`, advice: null };
  if (error.code === "ADDRESS_REFUSED") return { text: error.message, advice: null };
  if (error.code === "TIMEOUT") {
    return {
      text: `${host} does not answer in time.`,
      advice: "Check the address, and whether a firewall is between.",
    };
  }
  if (error.code === "UNREACHABLE") return unreachable(host, codeOf(error));
  if (error.code === "TOKEN_SERVER") {
    return {
      text: `The registry's token server gives no token: ${error.message}.`,
      advice: "Check that the console's server reaches it.",
    };
  }
  if (error.kind === "unauthorized") {
    return {
      text: "The registry does not accept the user name and password.",
      advice: "Check both, and try docker login with them.",
    };
  }
  if (error.kind === "denied") {
    return {
      text: "The registry refuses this user.",
      advice: "Give the user the right to pull, push, delete and list.",
    };
  }
  if (error.kind === "unavailable") {
    return {
      text: `The registry has trouble itself: it answered ${error.status ?? "nothing"}.`,
      advice: "Look into its log.",
    };
  }
  return { text: `The registry answered something unexpected: ${error.message.slice(0, 200)}`, advice: null };
}
