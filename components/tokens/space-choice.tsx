"use client";

import { useSpaces } from "../spaces/queries";
import { Checkbox } from "../ui/checkbox";
import { FieldGroup } from "../ui/field";
import { RadioGroup } from "../ui/radio-group";
import { Skeleton } from "../ui/skeleton";

/** All spaces of a workspace (null), or some of its own. */
export function SpaceChoice({
  workspaceId,
  value,
  onChange,
  error,
}: {
  workspaceId: string;
  value: readonly string[] | null;
  onChange: (spaceIds: readonly string[] | null) => void;
  error?: string | undefined;
}) {
  const spaces = useSpaces(workspaceId);
  const own = spaces.data?.items.filter(({ access }) => access === "owner");
  const toggle = (spaceId: string, isChosen: boolean) =>
    onChange(isChosen ? [...(value ?? []), spaceId] : (value ?? []).filter((id) => id !== spaceId));
  return (
    <FieldGroup label="Registry spaces" error={error}>
      <RadioGroup
        label="Registry spaces"
        value={value === null ? "all" : "some"}
        onValueChange={(next) => onChange(next === "all" ? null : [])}
        options={[
          { value: "all", label: "All, and those to come" },
          {
            value: "some",
            label: "Only these",
            hint: "It sees nothing else of the workspace, and changes none of its settings",
          },
        ]}
      />
      {value === null ? null : own === undefined ? (
        <Skeleton className="h-16" />
      ) : own.length === 0 ? (
        <p className="text-muted">There is no registry space in this workspace yet.</p>
      ) : (
        <div className="flex max-h-48 flex-col gap-2 overflow-y-auto rounded-md border border-rule p-3">
          {own.map(({ id, name }) => (
            <Checkbox key={id} label={name} checked={value.includes(id)} onCheckedChange={(next) => toggle(id, next)} />
          ))}
        </div>
      )}
    </FieldGroup>
  );
}
