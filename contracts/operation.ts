import type { z } from "zod";
import type { Permission } from "@/domain/access/permissions";

/** Who may call: a permission inside the workspace of the path, any signed-in person, or anybody (who has the secret of a link in the body). */
type OperationAccess = { kind: "workspace"; permission: Permission } | { kind: "signed-in" } | { kind: "public" };

/**
 * What API tokens may call it. One that is limited to some spaces may not see the others: `space` and `run` are refused unless the space
 * (or the space of the run) in the path is one of its, `filtered` operations leave the others out by themselves, `unlimited` ones are not
 * for it. `none` is for people who are signed in, and for no token at all.
 */
export type TokenReach = "space" | "run" | "filtered" | "unlimited" | "none";

/**
 * One operation of the REST API, declared once: the route wrapper, the browser's and the command line's caller, the
 * OpenAPI document and the tenancy test all read it.
 */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  /** verb-noun, unique; also the name of the use case */
  readonly id: string;
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** with `{name}` for every key of `params` */
  readonly path: string;
  readonly summary: string;
  readonly access: OperationAccess;
  readonly tokens: TokenReach;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly response: Response;
  /** `stream`: the response is server-sent events and `response` describes one frame. `file`: it is a text to download. */
  readonly output: "json" | "stream" | "file";
  readonly successStatus: 200 | 201 | 202;
  /** A longer body is refused (413). */
  readonly bodyBytesMax: number;
}

export type InputOf<O extends Operation> = {
  params: z.output<O["params"]>;
  query: z.output<O["query"]>;
  body: z.output<O["body"]>;
};
export type OutputOf<O extends Operation> = z.input<O["response"]>;
