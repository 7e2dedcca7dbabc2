/** What went wrong with a bucket, in words for whoever looks after it, and what they can do. */
type S3Failure = { text: string; advice: string | null };

type Described = { name: string; code: string; status: number | null; message: string };

const WORDS: Record<string, S3Failure> = {
  InvalidAccessKeyId: { text: "the access key is not known there", advice: "Check the access key, and the endpoint." },
  SignatureDoesNotMatch: { text: "the secret key is wrong", advice: "Write the secret of this access key again." },
  NoSuchBucket: { text: "there is no such bucket", advice: "Check the bucket's name, the region and the endpoint." },
  AccessDenied: {
    text: "this access key is not allowed to do that",
    advice:
      "It needs s3:ListBucket, s3:ListBucketMultipartUploads, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload.",
  },
  RequestTimeTooSkewed: {
    text: "the clocks of this machine and of the storage differ by too much",
    advice: "Have both set by NTP.",
  },
  PermanentRedirect: { text: "the bucket is in another region", advice: "Write the region that it is in." },
  AuthorizationHeaderMalformed: {
    text: "the bucket is in another region",
    advice: "Write the region that it is in.",
  },
  ENOTFOUND: { text: "the name of the endpoint is not known", advice: "Check how the endpoint is written." },
  ECONNREFUSED: { text: "nothing answers at the endpoint", advice: "Check host and port of the endpoint." },
  EPROTO: { text: "the endpoint does not speak HTTPS", advice: "Write http:// if it has no certificate." },
  TimeoutError: { text: "it does not answer in time", advice: "Check the endpoint, and the network between." },
};
const SAME_AS: Record<string, string> = {
  Forbidden: "AccessDenied",
  InvalidSecurity: "InvalidAccessKeyId",
  EAI_AGAIN: "ENOTFOUND",
  ETIMEDOUT: "TimeoutError",
  IllegalLocationConstraintException: "PermanentRedirect",
};
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ISSUER/;

function describe(error: unknown): Described {
  const seen = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = seen.$metadata as { httpStatusCode?: number } | undefined;
  const inner = (seen.errors as { code?: unknown }[] | undefined)?.[0]?.code;
  return {
    name: typeof seen.name === "string" ? seen.name : "",
    code: typeof seen.code === "string" ? seen.code : typeof inner === "string" ? inner : "",
    status: metadata?.httpStatusCode ?? null,
    message: typeof seen.message === "string" ? seen.message : String(error),
  };
}

/** Whether an error says that there is no such object: of a bucket that is missing itself it does not. */
export function isNoSuchObject(error: unknown): boolean {
  const { name } = describe(error);
  return name === "NoSuchKey" || name === "NotFound";
}

export function isNoSuchUpload(error: unknown): boolean {
  return describe(error).name === "NoSuchUpload";
}

/** Why a request to a bucket failed. Names neither keys nor secrets. */
export function s3Failure(error: unknown): S3Failure {
  const { name, code, status, message } = describe(error);
  const known = WORDS[SAME_AS[name] ?? name] ?? WORDS[SAME_AS[code] ?? code];
  if (known !== undefined) return known;
  if (CERTIFICATE.test(code))
    return {
      text: `the certificate of the endpoint is not trusted (${code})`,
      advice: "Have the console started with NODE_EXTRA_CA_CERTS naming the certificate of your own authority.",
    };
  if (status === 301) return WORDS.PermanentRedirect as S3Failure;
  if (status === 403) return WORDS.AccessDenied as S3Failure;
  if (status !== null && status >= 500)
    return { text: `the storage has trouble itself: it answered ${status}`, advice: "Look into its log." };
  if (status !== null && status >= 400)
    return { text: `the storage answered ${status}${name === "" ? "" : ` (${name})`}`, advice: null };
  if (code !== "") return { text: `it cannot be reached (${code})`, advice: "Check the endpoint." };
  return { text: message.slice(0, 200), advice: null };
}
