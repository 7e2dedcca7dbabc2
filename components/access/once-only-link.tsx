import { Callout } from "../ui/callout";
import { CopyBlock } from "../ui/copy-block";
import { RelativeTime } from "../ui/relative-time";

/** A link with a secret in it, which nobody can look up later. */
export function OnceOnlyLink({ link, expiresAt }: { link: string; expiresAt?: string }) {
  return (
    <div className="flex flex-col gap-3">
      <CopyBlock code={link} label="link" />
      <Callout tone="warning" title="It is shown this once">
        Copy it now. It is good once
        {expiresAt === undefined ? null : (
          <>
            , and ends <RelativeTime at={expiresAt} />
          </>
        )}
        .
      </Callout>
    </div>
  );
}
