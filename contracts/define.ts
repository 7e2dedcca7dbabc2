import { z } from "zod";
import type { Permission } from "@/domain/access/permissions";
import type { Operation, TokenReach } from "./operation";

const nothing = z.object({}).strict();
type Nothing = typeof nothing;

interface Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> {
  id: string;
  method: Operation["method"];
  path: string;
  summary: string;
  /** omitted = any signed-in person */
  permission?: Permission;
  /** nobody has to be signed in */
  isPublic?: true;
  /** omitted = what the path says: see `tokenReach` */
  tokens?: TokenReach;
  params?: P;
  query?: Q;
  body?: B;
  response: R;
  output?: Operation["output"];
  successStatus?: Operation["successStatus"];
  /** 256 KiB where it is omitted */
  bodyBytesMax?: number;
}

const BODY_BYTES_MAX = 256 * 1024;

/** Completes an operation; what is left out takes no input at all (unknown keys are refused). */
export function defineOperation<
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  R extends z.ZodType = z.ZodType,
>(definition: Definition<P, Q, B, R>): Operation<P, Q, B, R> {
  return {
    id: definition.id,
    method: definition.method,
    path: definition.path,
    summary: definition.summary,
    access: definition.permission
      ? { kind: "workspace", permission: definition.permission }
      : { kind: definition.isPublic ? "public" : "signed-in" },
    tokens: definition.tokens ?? tokenReach(definition),
    params: definition.params ?? (nothing as unknown as P),
    query: definition.query ?? (nothing as unknown as Q),
    body: definition.body ?? (nothing as unknown as B),
    response: definition.response,
    output: definition.output ?? "json",
    successStatus: definition.successStatus ?? 200,
    bodyBytesMax: definition.bodyBytesMax ?? BODY_BYTES_MAX,
  };
}

/**
 * What tokens may call where nothing is said of it, on the safe side: what is under a space is for tokens of that space, what is the whole
 * workspace's or the platform's is for those without a limit, and a person's account is for nobody but them.
 */
function tokenReach({ path, permission }: { path: string; permission?: Permission }): TokenReach {
  if (permission === undefined) return path.startsWith("/api/v1/platform/") ? "unlimited" : "none";
  if (path.includes("/{spaceId}")) return "space";
  return path.includes("/{runId}") ? "run" : "unlimited";
}
