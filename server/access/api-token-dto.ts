import type { ApiTokenDto } from "@/contracts/tokens";
import type { ApiTokenRow } from "./api-token.store";

/** What is told of a token; its secret is in no row. */
export function apiTokenDto(row: ApiTokenRow): ApiTokenDto {
  const { isPersonal, madeThroughId: _, createdAt, expiresAt, lastUsedAt, ...rest } = row;
  return {
    ...rest,
    kind: isPersonal ? "personal" : "workspace",
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
