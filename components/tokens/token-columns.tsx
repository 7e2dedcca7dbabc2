import type { ApiTokenDto } from "@/contracts/tokens";
import { GatedButton } from "../reclaim/gated-button";
import type { Column } from "../ui/data-table-columns";
import { RelativeTime } from "../ui/relative-time";
import { Badge } from "../ui/status-pill";
import type { TokensOf } from "./queries";
import { reachWords } from "./token-words";

const ROLE_LABEL = { admin: "Admin", editor: "Editor", viewer: "Viewer" } as const;

/** Columns of a list of tokens; `reason` = why they cannot be revoked. */
export function tokenColumns({
  of,
  reason,
  onRevoke,
}: {
  of: TokensOf;
  reason: string | null;
  onRevoke: (token: ApiTokenDto) => void;
}): Column<ApiTokenDto>[] {
  return [
    {
      id: "name",
      header: "Name",
      priority: 1,
      cell: (token) => (
        <span className="inline-flex min-w-0 items-center gap-2">
          <span className="truncate font-medium" title={token.name}>
            {token.name}
          </span>
          <code className="shrink-0 text-sm text-subtle">{token.hint}</code>
        </span>
      ),
    },
    {
      id: "role",
      header: "Role",
      width: "90px",
      cell: ({ role }) => <Badge tone={role === "admin" ? "warning" : "neutral"}>{ROLE_LABEL[role]}</Badge>,
    },
    {
      id: "reach",
      header: "Reaches",
      width: of === null ? "22%" : "18%",
      cell: (token) => (
        <span className="text-muted" title={token.spaces?.map(({ name }) => name).join(", ")}>
          {reachWords(token)}
        </span>
      ),
    },
    { id: "used", header: "Last used", width: "110px", cell: ({ lastUsedAt }) => <RelativeTime at={lastUsedAt} /> },
    {
      id: "expires",
      header: "Expires",
      width: "120px",
      cell: ({ expiresAt, isExpired }) =>
        isExpired ? <Badge tone="danger">Expired</Badge> : <RelativeTime at={expiresAt} none="never" />,
    },
    {
      id: "created",
      header: "Created",
      width: of === null ? "110px" : "170px",
      cell: ({ createdAt, createdByName }) => (
        <span title={createdByName}>
          <RelativeTime at={createdAt} />
          {of === null ? null : <span className="text-muted"> by {createdByName}</span>}
        </span>
      ),
    },
    {
      id: "actions",
      header: "Actions",
      hideHeader: true,
      width: "90px",
      align: "end",
      cell: (token) => (
        <GatedButton size="sm" reason={reason} aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
          Revoke
        </GatedButton>
      ),
    },
  ];
}
