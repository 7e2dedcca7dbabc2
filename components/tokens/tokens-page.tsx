"use client";

import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { ApiTokenDto } from "@/contracts/tokens";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { CreateTokenDialog, type TokenPlaces } from "./create-token-dialog";
import { useTokens } from "./queries";
import { RevokeTokenDialog } from "./revoke-token-dialog";
import { tokenColumns } from "./token-columns";
import { UseToken } from "./use-token";

const PERSONAL = {
  title: "API tokens",
  description:
    "They act for you in scripts and command lines, never with more than you may do yourself. Whoever has one can use it: give each machine its own.",
  empty: "A token signs a script in instead of your password: for the API, the reclaim command, and docker login.",
};
const OF_WORKSPACE = {
  title: "Tokens",
  description:
    "They belong to the workspace and to nobody in it: for builds and other machines that go on when people leave.",
  empty: "A token lets a machine use this workspace: through the API, the reclaim command, and docker login.",
};

/** Personal tokens, or those of a workspace: what they may do, when they were used last, and their end. */
export function TokensPage({ places, canChange }: { places: TokenPlaces; canChange: boolean }) {
  const reason = canChange ? null : missingPermissionText("tokens.write");
  const of = places.kind === "personal" ? null : places.workspace.id;
  const words = of === null ? PERSONAL : OF_WORKSPACE;
  const tokens = useTokens(of);
  const [isCreating, setIsCreating] = useState(false);
  const [revoked, setRevoked] = useState<ApiTokenDto | null>(null);
  const create = (
    <GatedButton
      variant="primary"
      icon={<Plus aria-hidden="true" />}
      reason={reason}
      onClick={() => setIsCreating(true)}
    >
      Create token
    </GatedButton>
  );
  const table = (
    <DataTable
      label={words.title}
      columns={tokenColumns({ of, reason, onRevoke: setRevoked })}
      rows={tokens.data?.items}
      rowKey={(token) => token.id}
      error={problemOf(tokens.error)}
      onRetry={() => tokens.refetch()}
      skeletonRows={2}
      empty={<EmptyState icon={<KeyRound />} title="No tokens yet" description={words.empty} action={create} />}
    />
  );
  const hasTokens = (tokens.data?.items.length ?? 0) > 0;
  return (
    <>
      {of === null ? (
        <Section title={words.title} description={words.description} actions={hasTokens ? create : null}>
          {table}
        </Section>
      ) : (
        <>
          <PageHeader title={words.title} description={words.description} actions={hasTokens ? create : null} />
          <div className="pb-7">{table}</div>
        </>
      )}
      <Section title="How a token is used" description="Wherever it says TOKEN, put the token itself.">
        <UseToken secret="TOKEN" />
      </Section>
      {isCreating ? <CreateTokenDialog places={places} onClose={() => setIsCreating(false)} /> : null}
      {revoked ? <RevokeTokenDialog of={of} token={revoked} onClose={() => setRevoked(null)} /> : null}
    </>
  );
}
