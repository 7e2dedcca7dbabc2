"use client";

import type { RegistryDto } from "@/contracts/registries";
import { RegistryFacts } from "../spaces/registry-facts";
import { Dialog } from "../ui/dialog";
import { RegistryHealth } from "./registry-health";
import { RegistryReport } from "./registry-report";

/** What is known about one registry: how it is, what it can do, and what its latest test found. */
export function RegistrySheet({
  workspaceId,
  registry,
  onClose,
}: {
  workspaceId: string;
  registry: RegistryDto | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={registry !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={registry?.name ?? "Registry"}
      description={registry ? <RegistryHealth health={registry.health} look="soft" /> : ""}
      size="lg"
    >
      {registry ? (
        <div className="flex flex-col gap-6">
          <RegistryFacts workspaceId={workspaceId} registryId={registry.id} />
          {registry.report ? (
            <section className="flex flex-col gap-2">
              <h3 className="font-medium">When it was last tested</h3>
              <RegistryReport report={registry.report} />
            </section>
          ) : null}
        </div>
      ) : null}
    </Dialog>
  );
}
