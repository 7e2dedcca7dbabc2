"use client";

import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { SessionDto } from "@/contracts/account";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Badge } from "../ui/status-pill";
import { useEndSession, useEndSessions, useSessions } from "./queries";
import { userAgentWords } from "./user-agent-words";

/** Where one is signed in, and the way out of it. */
export function SessionsSection() {
  const sessions = useSessions();
  const end = useEndSession();
  const endAll = useEndSessions();
  const [asked, setAsked] = useState<"others" | "everywhere" | null>(null);
  const items = sessions.data?.items;
  const otherCount = (items?.length ?? 1) - 1;

  const endOne = (session: SessionDto) =>
    end.mutate(session.id, {
      onSuccess: () => toast.success(`${userAgentWords(session.userAgent)} is signed out`),
      onError: (error) => toast.error(problemOf(error)?.detail ?? "It could not be signed out."),
    });
  const confirm = async () => {
    const { endedCount } = await endAll.mutateAsync(asked === "others");
    if (asked === "everywhere") window.location.assign("/sign-in");
    else toast.success(`${count(endedCount, "session")} ended`);
  };
  return (
    <Section
      title="Where you are signed in"
      description="A session ends at once for whoever uses it. API tokens are not sessions: they stay until they are revoked."
      actions={
        <>
          <Button onClick={() => setAsked("others")} disabled={otherCount < 1}>
            Sign out everywhere else
          </Button>
          <Button onClick={() => setAsked("everywhere")}>Sign out everywhere</Button>
        </>
      }
    >
      <DataTable<SessionDto>
        label="Sessions"
        columns={columns((session) =>
          session.isCurrent ? null : (
            <Button
              size="sm"
              loading={end.isPending && end.variables === session.id}
              aria-label={`Sign out ${userAgentWords(session.userAgent)}`}
              onClick={() => endOne(session)}
            >
              Sign out
            </Button>
          ),
        )}
        rows={items}
        rowKey={(session) => session.id}
        error={problemOf(sessions.error)}
        onRetry={() => sessions.refetch()}
        skeletonRows={2}
        empty={<EmptyState icon={<MonitorSmartphone />} title="You are signed in nowhere" />}
      />
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(isOpen) => !isOpen && setAsked(null)}
        title={asked === "others" ? "Sign out everywhere else?" : "Sign out everywhere?"}
        description={
          asked === "others"
            ? `${count(otherCount, "other session")} will end at once. You stay signed in here.`
            : `${count(otherCount + 1, "session")} will end at once, this one too. You sign in again afterwards.`
        }
        confirmLabel="Sign out"
        onConfirm={confirm}
      />
    </Section>
  );
}

function columns(action: (session: SessionDto) => React.ReactNode): Column<SessionDto>[] {
  return [
    {
      id: "browser",
      header: "Browser",
      priority: 1,
      cell: (session) => (
        <span className="inline-flex items-center gap-2" title={session.userAgent ?? undefined}>
          <span className="font-medium">{userAgentWords(session.userAgent)}</span>
          {session.isCurrent ? <Badge tone="positive">This one</Badge> : null}
        </span>
      ),
    },
    {
      id: "seen",
      header: "Last seen",
      width: "150px",
      cell: (session) => <RelativeTime at={session.lastSeenAt} />,
    },
    { id: "since", header: "Signed in", width: "150px", cell: (session) => <RelativeTime at={session.createdAt} /> },
    { id: "ends", header: "Ends", width: "150px", cell: (session) => <RelativeTime at={session.expiresAt} /> },
    { id: "actions", header: "Actions", hideHeader: true, width: "110px", align: "end", cell: action },
  ];
}
