/**
 * What kind of failure a registry answered with. `unavailable` covers timeouts, refused connections and server errors;
 * `protocol` an answer that does not fit the specification or a request that the registry finds malformed.
 */
export type RegistryErrorKind = "unauthorized" | "denied" | "not_found" | "conflict" | "unavailable" | "protocol";

export type RegistryErrorInit = {
  kind: RegistryErrorKind;
  /** HTTP status, or null where no answer came. */
  status: number | null;
  /** The registry's own code (`MANIFEST_UNKNOWN` …) or one of ours (`DIGEST_MISMATCH`, `TIMEOUT` …). */
  code: string;
  message: string;
  cause?: unknown;
};

/** A registry could not do what was asked. `retryable` says whether the same call may succeed later by itself. */
export class RegistryError extends Error {
  readonly kind: RegistryErrorKind;
  readonly status: number | null;
  readonly code: string;
  readonly retryable: boolean;

  constructor({ kind, status, code, message, cause }: RegistryErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RegistryError";
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.retryable = kind === "unavailable";
  }
}

/** A protocol error of our own making: the registry said something that cannot be true. */
export function protocolError(code: string, message: string): RegistryError {
  return new RegistryError({ kind: "protocol", status: null, code, message });
}

function kindOfStatus(status: number, code: string): RegistryErrorKind {
  if (code === "DENIED") return "denied";
  if (status === 401) return "unauthorized";
  // 405: deletion is disabled, or the registry is in maintenance.
  if (status === 403 || status === 405) return "denied";
  if (status === 404) return "not_found";
  if (status === 409 || status === 412) return "conflict";
  if (status === 408 || status === 429 || status >= 500) return "unavailable";
  return "protocol";
}

function firstError(body: Buffer): { code: string; message: string } | null {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    const errors = (parsed as { errors?: unknown }).errors;
    const first = Array.isArray(errors) ? (errors[0] as { code?: unknown; message?: unknown; detail?: unknown }) : null;
    if (first === null || first === undefined || typeof first.code !== "string") return null;
    const detail = first.detail === undefined || first.detail === null ? "" : ` (${JSON.stringify(first.detail)})`;
    return { code: first.code, message: `${String(first.message ?? "")}${detail}`.slice(0, 500) };
  } catch {
    return null;
  }
}

/** Makes the error of an answer that is not what `what` (for instance `GET acme/api:v1`) expected. */
export function errorOfAnswer(what: string, status: number, body: Buffer): RegistryError {
  const error = firstError(body);
  const code = error?.code ?? `HTTP_${status}`;
  const text = error?.message || body.toString("utf8").trim().slice(0, 200);
  const message = `${what}: the registry answered ${status}${error ? ` ${code}` : ""}${text ? `: ${text}` : ""}`;
  return new RegistryError({ kind: kindOfStatus(status, code), status, code, message });
}
