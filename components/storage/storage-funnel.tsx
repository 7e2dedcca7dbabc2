import Link from "next/link";
import type { ReactNode } from "react";
import type { SpaceStorageDto } from "@/contracts/storage";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Bytes } from "../ui/bytes";
import { RelativeTime } from "../ui/relative-time";

type Step = {
  name: string;
  text: ReactNode;
  bytes: number | null;
  about: boolean;
  fill: string;
  action: { href: string; label: string };
};

/** Where bytes are on their way from images to free space: four bars on one scale, each with what it means and where to act. */
export function StorageFunnel({
  storage,
  workspaceSlug,
  spaceId,
}: {
  storage: SpaceStorageDto;
  workspaceSlug: string;
  spaceId: string;
}) {
  const steps = stepsOf(storage, (page) => spacePath(workspaceSlug, spaceId, page));
  const most = Math.max(1, ...steps.map((step) => step.bytes ?? 0));
  return (
    <ol className="divide-y divide-rule" aria-label="From images to free space">
      {steps.map((step) => (
        <li
          key={step.name}
          className="grid grid-cols-[minmax(0,1fr)_minmax(96px,auto)] items-start gap-x-6 gap-y-1.5 py-3 first:pt-0"
        >
          <div className="min-w-0">
            <p className="max-w-prose">
              <strong className="font-medium">{step.name}: </strong>
              <span className="text-muted">{step.text}</span>{" "}
              <Link
                href={step.action.href}
                className="whitespace-nowrap font-medium text-accent underline-offset-2 hover:underline"
              >
                {step.action.label}
              </Link>
            </p>
          </div>
          <p className="text-right font-medium text-md">
            {step.bytes === null ? (
              <span className="font-normal text-subtle">not measured</span>
            ) : (
              <Bytes value={step.bytes} about={step.about} />
            )}
          </p>
          <svg
            className="col-span-2 block h-2.5 w-full"
            viewBox="0 0 1000 10"
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
          >
            <rect width="1000" height="10" rx="1" className="fill-sunken" />
            {step.bytes ? (
              <rect width={Math.max(3, (step.bytes / most) * 1000)} height="10" rx="1" className={step.fill} />
            ) : null}
          </svg>
        </li>
      ))}
    </ol>
  );
}

function stepsOf({ now, registry }: SpaceStorageDto, href: (page: string) => string): Step[] {
  return [
    {
      name: "Logical",
      text: `what pulling every image would transfer, ${count(now.imageCount, "image")} of this space.`,
      ...{ bytes: now.logicalBytes, about: false, fill: "fill-chart-kept" },
      action: { href: href("images"), label: "Images" },
    },
    {
      name: "In the recycle bin",
      text:
        now.bin.entries === 0
          ? "nothing waits there."
          : `${count(now.bin.entries, "entry", "entries")} that can still be restored; this much becomes unreferenced when they are purged.`,
      ...{ bytes: now.bin.bytes, about: false, fill: "fill-chart-bin" },
      action: { href: href("recycle-bin"), label: "Recycle bin" },
    },
    {
      name: "Unreferenced",
      text: (
        <>
          what no kept image of the {registry.isShared ? "whole registry" : "registry"} {registry.name} needs
          {registry.isShared ? ", other spaces included" : ""}
          {registry.unreferenced ? (
            <>
              ; measured <RelativeTime at={registry.unreferenced.measuredAt} />.
            </>
          ) : (
            "; known once its storage was read."
          )}
        </>
      ),
      ...{ bytes: registry.unreferenced?.bytes ?? null, about: true, fill: "fill-chart-unused" },
      action: { href: href("gc"), label: "Garbage collection" },
    },
    {
      name: "Freed so far",
      text: `by garbage collections of ${registry.name} that this workspace ran.`,
      ...{ bytes: now.freedBytes, about: false, fill: "fill-accent" },
      action: { href: href("gc"), label: "Earlier collections" },
    },
  ];
}
