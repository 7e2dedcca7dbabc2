import Link from "next/link";
import { spacePath } from "../history/space-path";

const linkStyles = "font-medium text-accent underline-offset-2 hover:underline";

/** Under the rules of a space: what else lets go of images by itself, and what frees the bytes in the end. */
export function RetentionLinks({ workspaceSlug, spaceId }: { workspaceSlug: string; spaceId: string }) {
  return (
    <p className="max-w-prose pb-7 text-sm text-subtle">
      Rules move images to the recycle bin; bytes are freed by{" "}
      <Link href={spacePath(workspaceSlug, spaceId, "gc")} className={linkStyles}>
        garbage collection
      </Link>{" "}
      once they are purged. Old tags of all spaces are cleared by the workspace’s{" "}
      <Link href={`/w/${workspaceSlug}/spaces?lifecycle=open`} className={linkStyles}>
        lifecycle policy
      </Link>
      .
    </p>
  );
}
