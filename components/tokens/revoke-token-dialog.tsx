"use client";

import { toast } from "sonner";
import type { ApiTokenDto } from "@/contracts/tokens";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { RelativeTime } from "../ui/relative-time";
import { type TokensOf, useRevokeToken } from "./queries";
import { madeThroughWords } from "./token-words";

/** Asks before a token ends, and says what stops working. */
export function RevokeTokenDialog({ of, token, onClose }: { of: TokensOf; token: ApiTokenDto; onClose: () => void }) {
  const revoke = useRevokeToken(of);
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={`Revoke ${token.name}?`}
      description={
        <>
          Whatever uses it is refused from its next request on. This cannot be undone.
          {madeThroughWords(token.madeCount)}{" "}
          {token.lastUsedAt === null ? (
            "It was never used."
          ) : (
            <>
              It was used <RelativeTime at={token.lastUsedAt} />.
            </>
          )}
        </>
      }
      confirmLabel="Revoke"
      onConfirm={async () => {
        const { revokedCount } = await revoke.mutateAsync(token.id);
        toast.success(revokedCount === 1 ? `${token.name} is revoked` : `${revokedCount} tokens are revoked`);
      }}
    />
  );
}
