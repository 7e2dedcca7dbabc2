"use client";

import { X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { SpaceDto } from "@/contracts/spaces";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { Dialog } from "../ui/dialog";
import { ErrorState } from "../ui/error-state";
import { FieldGroup } from "../ui/field";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import { useBindings, useChangeBindings } from "./sharing-queries";

type Workspace = { slug: string; name: string };

/** Chooses the workspaces that may browse and pull a space; each chosen one can be taken out by its x. */
export function BindingsDialog({
  workspaceId,
  space,
  onClose,
}: {
  workspaceId: string;
  space: SpaceDto;
  onClose: () => void;
}) {
  const formId = useId();
  const bindings = useBindings(workspaceId, space.id);
  const change = useChangeBindings(workspaceId, space.id);
  const [picked, setPicked] = useState<ReadonlyMap<string, Workspace> | null>(null);
  const before = new Map((bindings.data?.items ?? []).map(({ slug, name }) => [slug, { slug, name }]));
  const chosen = picked ?? before;
  const bound = [...chosen.keys()].filter((slug) => !before.has(slug));
  const unbound = [...before.keys()].filter((slug) => !chosen.has(slug));
  const isChanged = bound.length + unbound.length > 0;

  const toggle = (workspace: Workspace, isChosen: boolean) => {
    const next = new Map(chosen);
    if (isChosen) next.set(workspace.slug, workspace);
    else next.delete(workspace.slug);
    setPicked(next);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged || change.isPending) return;
    const isDone = await change.mutateAsync({ bound, unbound }).then(
      () => true,
      () => false,
    );
    if (!isDone) return;
    onClose();
    toast.success(
      chosen.size === 0
        ? `${space.name} is bound to no other workspace now`
        : `${space.name} is bound to ${names(chosen)} now`,
    );
  };

  const all = [...before.values(), ...(bindings.data?.bindable ?? [])].sort((a, b) =>
    a.name.localeCompare(b.name, "en"),
  );
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !change.isPending) onClose();
      }}
      title={`Bind ${space.name} to workspaces`}
      description="Members of a bound workspace browse and pull its images. Rules, recycle bin and garbage collection stay with this workspace."
      footer={
        <>
          <Button onClick={onClose} disabled={change.isPending}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" loading={change.isPending} disabled={!isChanged}>
            Save bindings
          </Button>
        </>
      }
    >
      {bindings.data ? (
        <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
          {change.error ? (
            <Callout tone="danger" title="Not everything was changed" live>
              {problemOf(change.error)?.detail}
            </Callout>
          ) : null}
          <Chosen workspaces={[...chosen.values()]} onRemove={(workspace) => toggle(workspace, false)} />
          <Choice all={all} chosen={chosen} onToggle={toggle} />
        </form>
      ) : bindings.error ? (
        <ErrorState
          problem={problemOf(bindings.error) ?? { title: "The bindings could not be loaded" }}
          onRetry={() => bindings.refetch()}
        />
      ) : (
        <div role="status" aria-busy="true" aria-label="Loading bindings" className="flex flex-col gap-3">
          <Skeleton className="w-48" />
          <Skeleton className="w-64" />
        </div>
      )}
    </Dialog>
  );
}

function names(chosen: ReadonlyMap<string, Workspace>): string {
  return [...chosen.values()].map(({ name }) => name).join(", ");
}

function Chosen({
  workspaces,
  onRemove,
}: {
  workspaces: readonly Workspace[];
  onRemove: (workspace: Workspace) => void;
}) {
  if (workspaces.length === 0) return <p className="text-muted">No binding: only this workspace uses it.</p>;
  return (
    <ul aria-label="Bound workspaces" className="flex flex-wrap gap-1.5">
      {workspaces.map((workspace) => (
        <li
          key={workspace.slug}
          className="inline-flex max-w-full items-center gap-1 rounded-full border border-rule-strong bg-sunken py-0.5 pr-1 pl-2.5"
        >
          <span className="truncate">{workspace.name}</span>
          <button
            type="button"
            aria-label={`Take ${workspace.name} out`}
            onClick={() => onRemove(workspace)}
            className="flex size-5 items-center justify-center rounded-full text-subtle hover:bg-hover hover:text-ink"
          >
            <X className="size-3.5" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** From so many on there is a search. */
const SEARCH_FROM = 8;

function Choice({
  all,
  chosen,
  onToggle,
}: {
  all: readonly Workspace[];
  chosen: ReadonlyMap<string, Workspace>;
  onToggle: (workspace: Workspace, isChosen: boolean) => void;
}) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = all.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(wanted));
  if (all.length === 0) {
    return (
      <Callout tone="info">
        You are a member of no other workspace. A platform admin can bind this space to any workspace.
      </Callout>
    );
  }
  return (
    <FieldGroup label="Workspaces" hint="Those that you are a member of; a platform admin sees all.">
      <div className="flex flex-col gap-2">
        {all.length >= SEARCH_FROM ? (
          <SearchInput label="Search workspaces" value={search} onValueChange={setSearch} />
        ) : null}
        <div className="flex max-h-64 flex-col gap-2 overflow-y-auto py-1">
          {shown.map((workspace) => (
            <Checkbox
              key={workspace.slug}
              label={workspace.name}
              checked={chosen.has(workspace.slug)}
              onCheckedChange={(isChosen) => onToggle(workspace, isChosen)}
            />
          ))}
          {shown.length === 0 ? <p className="text-muted">None has “{search}” in its name.</p> : null}
        </div>
      </div>
    </FieldGroup>
  );
}
