"use client";

import { UserPlus, Users } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useDeferredValue, useState } from "react";
import { toast } from "sonner";
import type { UserDto } from "@/contracts/platform-people";
import { count } from "../history/run-words";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { CreateUserDialog } from "./create-user-dialog";
import { PasswordLinkDialog } from "./password-link-dialog";
import { useUpdateUser, useUsers } from "./people-queries";
import { userColumns } from "./user-columns";

type Asked = { kind: "disable" | "promote" | "demote"; user: UserDto };

/** Everybody who has an account. */
export function UsersPage({ ownUserId }: { ownUserId: string }) {
  const [search, setSearch] = useQueryState("q", parseAsString.withDefault(""));
  const users = useUsers(useDeferredValue(search.trim()));
  const update = useUpdateUser();
  const region = useSlashFocus<HTMLDivElement>();
  const [isCreating, setIsCreating] = useState(false);
  const [linkFor, setLinkFor] = useState<UserDto | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const rows = users.data?.pages.flatMap(({ items }) => items);
  const total = users.data?.pages[0]?.total ?? 0;

  const enable = (user: UserDto) =>
    update.mutate(
      { userId: user.id, isDisabled: false },
      {
        onSuccess: () => toast.success(`${user.name} may sign in again`),
        onError: (error) => toast.error(problemOf(error)?.detail ?? "It did not work."),
      },
    );
  const confirm = async () => {
    if (!asked) return;
    const { kind, user } = asked;
    const change = kind === "disable" ? { isDisabled: true } : { isPlatformAdmin: kind === "promote" };
    await update.mutateAsync({ userId: user.id, ...change });
    toast.success(`${user.name} ${DONE[kind]}`);
  };
  return (
    <Section
      title="Users"
      description="Who has an account on this console. What they may do in a workspace is decided there."
      actions={
        <Button variant="primary" icon={<UserPlus />} onClick={() => setIsCreating(true)}>
          Create user
        </Button>
      }
    >
      <div ref={region} className="flex items-center gap-3 pb-3">
        <Input
          type="search"
          aria-label="Search users"
          placeholder="Name or e-mail"
          className="max-w-xs"
          value={search}
          onChange={(event) => void setSearch(event.target.value || null)}
        />
        <span className="whitespace-nowrap text-sm text-subtle tabular-nums">
          {users.data ? count(total, "user") : ""}
        </span>
      </div>
      <DataTable<UserDto>
        label="Users"
        columns={userColumns({
          ownUserId,
          onLink: setLinkFor,
          onEnable: enable,
          onAsk: (kind, user) => setAsked({ kind, user }),
        })}
        rows={rows}
        rowKey={(user) => user.id}
        rowLabel={(user) => user.name}
        error={problemOf(users.error)}
        onRetry={() => users.refetch()}
        skeletonRows={4}
        empty={
          <EmptyState
            icon={<Users />}
            title="Nobody is called that"
            description="Accounts are found by parts of their name and e-mail address."
            action={<Button onClick={() => void setSearch(null)}>Show all</Button>}
          />
        }
      />
      {users.hasNextPage ? (
        <div className="flex justify-center pt-4">
          <Button loading={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {isCreating ? <CreateUserDialog onClose={() => setIsCreating(false)} /> : null}
      {linkFor ? <PasswordLinkDialog user={linkFor} onClose={() => setLinkFor(null)} /> : null}
      {asked ? (
        <ConfirmDialog
          open
          onOpenChange={(isOpen) => !isOpen && setAsked(null)}
          {...questionOf(asked)}
          onConfirm={confirm}
        />
      ) : null}
    </Section>
  );
}

const DONE = {
  disable: "is disabled and signed out",
  promote: "is a platform admin now",
  demote: "is no platform admin any more",
} as const;

function questionOf({ kind, user }: Asked): {
  title: string;
  description: string;
  confirmLabel: string;
  tone: "danger" | "primary";
} {
  if (kind === "promote")
    return {
      title: `Make ${user.name} a platform admin?`,
      description:
        "They manage users, workspaces, registries, quotas and the switch that stops all reclaims. Images of a workspace they see only as its member.",
      confirmLabel: "Make platform admin",
      tone: "primary",
    };
  if (kind === "demote")
    return {
      title: `Take the platform from ${user.name}?`,
      description: "They keep their account and what they are in their workspaces.",
      confirmLabel: "Take it",
      tone: "danger",
    };
  return {
    title: `Disable ${user.name}?`,
    description: `${user.email} is signed out everywhere at once, and no password, token or link of theirs opens anything. They stay a member of ${count(user.workspaceCount, "workspace")}, and can be enabled again.`,
    confirmLabel: "Disable user",
    tone: "danger",
  };
}
