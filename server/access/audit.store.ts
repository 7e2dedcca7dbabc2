import { escapeLike } from "@/lib/like";
import { Prisma, prisma } from "@/server/platform/db/prisma";

export interface AuditPageInput {
  /** null = the platform's */
  workspaceId: string | null;
  search?: string | undefined;
  outcome?: "done" | "refused" | undefined;
  /** Actions begin with one of these; undefined = all */
  prefixes?: readonly string[] | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
  before?: { at: Date; id: string } | undefined;
  limit: number;
}
export type AuditRecord = Prisma.AuditEventGetPayload<object>;
export type AuditChangeRecord = Prisma.AuditChangeGetPayload<object>;

/** Of workspaces, the platform sees what concerns people, access and registries: images and rules are the tenants' own. */
const PLATFORM_RESOURCES = [
  ...["user", "users", "workspace", "workspaces", "member", "members", "invitation", "invitations"],
  ...["registry", "registries", "token", "api_tokens", "api-token", "session", "operation"],
];

/** Newest first; `before` is the position of the last one seen. */
export function listAuditPage(input: AuditPageInput): Promise<AuditRecord[]> {
  const { before } = input;
  const search = input.search && escapeLike(input.search);
  const contains = { contains: search, mode: "insensitive" as const };
  const conditions: Prisma.AuditEventWhereInput[] = [
    input.workspaceId === null
      ? { OR: [{ workspaceId: null }, { resourceType: { in: PLATFORM_RESOURCES } }] }
      : { workspaceId: input.workspaceId },
  ];
  if (search)
    conditions.push({
      OR: [
        ...[{ actorName: contains }, { tokenName: contains }, { address: contains }, { action: contains }],
        ...[{ targetName: contains }, { resourceId: contains }, { requestId: contains }],
        ...["image", "name"].map((key) => ({ data: { path: [key], string_contains: search } })),
      ],
    });
  if (input.prefixes) conditions.push({ OR: input.prefixes.map((prefix) => ({ action: { startsWith: prefix } })) });
  if (before) conditions.push({ OR: [{ at: { lt: before.at } }, { at: before.at, id: { lt: before.id } }] });
  return prisma().auditEvent.findMany({
    where: {
      AND: conditions,
      ...(input.outcome ? { outcome: input.outcome } : {}),
      at: { ...(input.from ? { gte: input.from } : {}), ...(input.until ? { lt: input.until } : {}) },
    },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: input.limit,
  });
}

/** The first changes of each set, with how many there are. */
export async function listChangesOf(
  changeSets: readonly string[],
  perSet: number,
): Promise<{ changes: AuditChangeRecord[]; counts: Map<string, number> }> {
  if (changeSets.length === 0) return { changes: [], counts: new Map() };
  const rows = await prisma().$queryRaw<{ id: bigint; changeSet: string; count: bigint }[]>`
    SELECT id, change_set::text AS "changeSet", count FROM (
      SELECT id, change_set, row_number() OVER (PARTITION BY change_set ORDER BY id) AS at, count(*) OVER (PARTITION BY change_set) AS count
      FROM audit_changes WHERE change_set IN (${Prisma.join(changeSets.map((set) => Prisma.sql`${set}::uuid`))})
    ) numbered WHERE at <= ${perSet}`;
  const changes = await prisma().auditChange.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    orderBy: { id: "asc" },
  });
  return { changes, counts: new Map(rows.map(({ changeSet, count }) => [changeSet, Number(count)])) };
}
