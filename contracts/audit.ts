import { z } from "zod";
import { AUDIT_AREA_IDS } from "@/domain/access/audit-areas";
import { idSchema, timeSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

const valuesSchema = z.record(z.string(), z.unknown());

const auditEntrySchema = z.object({
  id: idSchema,
  at: timeSchema,
  actor: z.object({
    /** database = a connection that was none of the console's */
    kind: z.enum(["user", "robot", "system", "anonymous", "database"]),
    id: z.string().nullable(),
    name: z.string(),
    /** the API token that they acted through */
    tokenName: z.string().nullable(),
  }),
  /** where the request came from */
  address: z.string().nullable(),
  action: z.string(),
  outcome: z.enum(["done", "refused"]),
  /** one plain sentence without its subject */
  text: z.string(),
  target: z.object({ kind: z.string(), id: z.string(), name: z.string().nullable() }),
  spaceId: z.string().nullable(),
  requestId: z.string().nullable(),
  /** What the change was about, as it was told; null where nothing was. Never a secret. */
  before: valuesSchema.nullable(),
  after: valuesSchema.nullable(),
  /** rows of settings that changed in the same transaction, as the database saw it: at most 20 */
  changes: z.array(
    z.object({
      thing: z.string(),
      key: z.string(),
      operation: z.enum(["insert", "update", "delete"]),
      /** only what differs; null where there was no row */
      before: valuesSchema.nullable(),
      after: valuesSchema.nullable(),
    }),
  ),
  /** more changed than `changes` shows */
  hiddenChangeCount: z.number().int().nonnegative(),
});
export type AuditEntryDto = z.infer<typeof auditEntrySchema>;

/** There was no year 0, and no database keeps one. */
const storableTimeSchema = timeSchema.refine((time) => !time.startsWith("0000"), "the first year is 0001");

const auditFilterShape = {
  /** in actor, address, action, target and request id */
  search: z.string().trim().max(200).optional(),
  outcome: z.enum(["done", "refused"]).optional(),
  area: z.enum(AUDIT_AREA_IDS).optional(),
  from: storableTimeSchema.optional(),
  until: storableTimeSchema.optional(),
};
export type AuditFilter = z.infer<z.ZodObject<typeof auditFilterShape>>;
const auditPageQuerySchema = z
  .object({
    ...auditFilterShape,
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .strict();
const auditPageSchema = z.object({
  items: z.array(auditEntrySchema),
  nextCursor: z.string().nullable(),
});
export type AuditPageDto = z.infer<typeof auditPageSchema>;

export const listAudit = defineOperation({
  id: "listAudit",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/audit",
  summary: "Every change in a workspace and every refusal: who, from where, what it was before and after; newest first",
  permission: "audit.read",
  params: workspaceParamsSchema,
  query: auditPageQuerySchema,
  response: auditPageSchema,
});

export const exportAudit = defineOperation({
  id: "exportAudit",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/audit/csv",
  summary: "The audit log of a workspace as comma-separated values",
  permission: "audit.read",
  params: workspaceParamsSchema,
  query: z.object(auditFilterShape).strict(),
  response: z.string(),
  output: "file",
});

export const listPlatformAudit = defineOperation({
  id: "listPlatformAudit",
  method: "GET",
  path: "/api/v1/platform/audit",
  summary:
    "What happened to people, workspaces, registries and the platform, failed sign-ins included (platform admins)",
  query: auditPageQuerySchema,
  response: auditPageSchema,
});

export const exportPlatformAudit = defineOperation({
  id: "exportPlatformAudit",
  method: "GET",
  path: "/api/v1/platform/audit/csv",
  summary: "The platform's audit log as comma-separated values (platform admins)",
  query: z.object(auditFilterShape).strict(),
  response: z.string(),
  output: "file",
});
