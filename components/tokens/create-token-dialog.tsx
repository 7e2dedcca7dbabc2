"use client";

import { type FormEvent, useId, useState } from "react";
import type { NewTokenInput } from "@/contracts/tokens";
import { ROLES, type Role } from "@/domain/access/permissions";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { CopyBlock } from "../ui/copy-block";
import { Dialog } from "../ui/dialog";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { RadioGroup } from "../ui/radio-group";
import { Select } from "../ui/select";
import { useCreateToken } from "./queries";
import { SpaceChoice } from "./space-choice";
import { EXPIRY_CHOICES, type ExpiryChoice, ROLE_CHOICES } from "./token-words";
import { UseToken } from "./use-token";

interface Place {
  id: string;
  name: string;
  /** the own role there: no token does more */
  role: Role;
}
/** Where a token of this page may reach. */
export type TokenPlaces = { kind: "personal"; workspaces: readonly Place[] } | { kind: "workspace"; workspace: Place };

const EVERYWHERE = "everywhere";
const NAME_MAX = 80;

/** Asks what a token is for, makes it, and shows its secret: this once. */
export function CreateTokenDialog({ places, onClose }: { places: TokenPlaces; onClose: () => void }) {
  const of = places.kind === "personal" ? null : places.workspace.id;
  const create = useCreateToken(of);
  const made = create.data;
  if (made) return <MadeToken name={made.token.name} secret={made.secret} onClose={onClose} />;
  return <TokenForm places={places} create={create} onClose={onClose} />;
}

function TokenForm({
  places,
  create,
  onClose,
}: {
  places: TokenPlaces;
  create: ReturnType<typeof useCreateToken>;
  onClose: () => void;
}) {
  const formId = useId();
  const isPersonal = places.kind === "personal";
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [place, setPlace] = useState<string>(isPersonal ? EVERYWHERE : places.workspace.id);
  const [spaceIds, setSpaceIds] = useState<readonly string[] | null>(null);
  const [expiry, setExpiry] = useState<ExpiryChoice>("90");
  const [hasTried, setHasTried] = useState(false);
  const workspaces = isPersonal ? places.workspaces : [places.workspace];
  const workspace = workspaces.find(({ id }) => id === place);
  const isNamed = name.trim() !== "";
  const hasSpace = spaceIds === null || spaceIds.length > 0;
  const problem = problemOf(create.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setHasTried(true);
    if (!isNamed || !hasSpace || create.isPending) return;
    const input: NewTokenInput = {
      ...{ name: name.trim(), role, workspaceId: workspace?.id ?? null },
      spaceIds: workspace && spaceIds ? [...spaceIds] : null,
      expiresInDays: expiry === "never" ? null : Number(expiry),
    };
    create.mutate(input);
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !create.isPending) onClose();
      }}
      title="Create token"
      description={
        isPersonal
          ? "It acts for you, and does at most what you may do yourself at that moment."
          : "It belongs to the workspace. Everybody here sees its name, nobody its secret."
      }
      footer={
        <>
          <Button onClick={onClose} disabled={create.isPending}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" loading={create.isPending}>
            Create token
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-5">
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
        <Field
          label="Name"
          hint="What uses it, to know later what stops when it ends: ci-builds, laptop."
          error={hasTried && !isNamed ? "Give it a name." : undefined}
        >
          <Input
            value={name}
            maxLength={NAME_MAX}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {isPersonal ? (
          <Field label="Workspace">
            <Select
              value={place}
              onValueChange={(next) => {
                setPlace(next);
                setSpaceIds(null);
              }}
              options={[
                { value: EVERYWHERE, label: "Every workspace of yours" },
                ...workspaces.map(({ id, name: label }) => ({ value: id, label })),
              ]}
            />
          </Field>
        ) : null}
        <FieldGroup label="At most it may do what this role may">
          <RadioGroup label="Role" value={role} onValueChange={setRole} options={roleOptions(workspace?.role)} />
        </FieldGroup>
        {workspace ? (
          <SpaceChoice
            workspaceId={workspace.id}
            value={spaceIds}
            onChange={setSpaceIds}
            error={hasTried && !hasSpace ? "Choose at least one space." : undefined}
          />
        ) : null}
        <Field
          label="Expires"
          hint={expiry === "never" ? "It stays good until somebody revokes it." : "From then on it is refused."}
          className="max-w-56"
        >
          <Select value={expiry} onValueChange={setExpiry} options={EXPIRY_CHOICES} />
        </Field>
      </form>
    </Dialog>
  );
}

/** Roles above one's own are shown, with why they are closed: the token would not have them. */
function roleOptions(own: Role | undefined) {
  const isAbove = (role: Role) => own !== undefined && ROLES.indexOf(role) < ROLES.indexOf(own);
  return ROLE_CHOICES.map((choice) =>
    isAbove(choice.value) ? { ...choice, disabled: true, hint: "More than your own role in this workspace" } : choice,
  );
}

function MadeToken({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={`${name} is made`}
      description="Copy it now: it is shown this once, and nobody can look it up later."
      size="lg"
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-6">
        <CopyBlock label="token" code={secret} />
        <UseToken secret={secret} />
      </div>
    </Dialog>
  );
}
