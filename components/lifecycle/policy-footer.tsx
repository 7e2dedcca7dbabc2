import type { ReactNode } from "react";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Button } from "../ui/button";

/** The buttons of a policy's window: Preview and what else there is to do at the left, Cancel and OK at the right. */
export function PolicyFooter({
  formId,
  permissions,
  isEmpty,
  isPreviewing,
  isSaving,
  isBusy,
  onPreview,
  onCancel,
  children,
}: {
  formId: string;
  permissions: readonly Permission[];
  /** Nothing is reserved yet: there is nothing to preview. */
  isEmpty: boolean;
  isPreviewing: boolean;
  isSaving: boolean;
  /** Something is on its way that a closed window would leave untold. */
  isBusy: boolean;
  onPreview: () => void;
  onCancel: () => void;
  children?: ReactNode;
}) {
  const previewReason = permissions.includes("reclaim.preview")
    ? isEmpty
      ? "Say first what is reserved."
      : null
    : missingPermissionText("reclaim.preview");
  return (
    <>
      <div className="mr-auto flex gap-2 narrow:mr-0 narrow:w-full narrow:[&>button]:flex-1">
        <GatedButton loading={isPreviewing} reason={previewReason} onClick={onPreview}>
          Preview
        </GatedButton>
        {children}
      </div>
      <Button onClick={onCancel} disabled={isBusy}>
        Cancel
      </Button>
      <GatedButton
        type="submit"
        form={formId}
        variant="primary"
        loading={isSaving}
        reason={permissions.includes("rules.write") ? null : missingPermissionText("rules.write")}
      >
        OK
      </GatedButton>
    </>
  );
}
