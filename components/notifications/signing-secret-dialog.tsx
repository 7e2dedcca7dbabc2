"use client";

import { Button } from "../ui/button";
import { CopyBlock } from "../ui/copy-block";
import { Dialog } from "../ui/dialog";

/** The signing secret of a webhook, shown this once. */
export function SigningSecretDialog({
  name,
  secret,
  isNew,
  onClose,
}: {
  name: string;
  secret: string;
  /** false: there was one before, which signs for a day more */
  isNew: boolean;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Signing secret of ${name}`}
      description="Copy it now: it is not shown again. The receiver checks with it that a request is ours."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <CopyBlock code={secret} label="signing secret" />
        <p className="text-muted">
          Each request carries <code>webhook-id</code>, <code>webhook-timestamp</code> and{" "}
          <code>webhook-signature</code>: the HMAC-SHA256 of <code>id.timestamp.body</code>, as Standard Webhooks
          describe. Libraries for it exist in most languages.
        </p>
        {isNew ? null : (
          <p className="text-muted">
            For a day the secret before it signs too, so that the receiver can be changed in peace.
          </p>
        )}
      </div>
    </Dialog>
  );
}
