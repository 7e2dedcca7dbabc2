"use client";

import { useMemo, useState } from "react";
import type { ImageDetailsDto } from "@/contracts/image-details";
import { ChoiceChips } from "../reclaim/choice-chips";
import { Button } from "../ui/button";
import { Bytes } from "../ui/bytes";
import { CopyButton } from "../ui/copy-button";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { JsonView } from "./json-view";
import { type Place, useImageManifest } from "./queries";

/** Larger ones are shown as plain text: a tree of a million nodes would stop the page. */
const TREE_MAX_CHARACTERS = 500_000;

/** The manifest as the registry holds it, read when somebody wants to see it. */
export function ImageManifest({ place, details }: { place: Place; details: ImageDetailsDto }) {
  const [isWanted, setIsWanted] = useState(false);
  const [look, setLook] = useState<"tree" | "text">("tree");
  const query = useImageManifest(place, details.repositoryName, details.digest, isWanted);
  const text = query.data?.text ?? null;
  const tree = useMemo(() => (text === null ? null : parse(text)), [text]);
  const problem =
    query.data?.problem ?? (query.error ? (problemOf(query.error)?.detail ?? problemOf(query.error)?.title) : null);
  return (
    <Section
      title={<span id="manifest">Manifest</span>}
      description={
        <>
          <Bytes value={details.manifestBytes} />, as the registry holds it, byte for byte.
        </>
      }
      actions={
        isWanted ? (
          <>
            {tree ? (
              <ChoiceChips
                label="Look"
                value={look}
                onValueChange={setLook}
                options={[
                  { value: "tree", label: "Tree" },
                  { value: "text", label: "Text" },
                ]}
              />
            ) : null}
            {text !== null ? <CopyButton text={text} label="Copy manifest" /> : null}
          </>
        ) : (
          <Button size="sm" onClick={() => setIsWanted(true)}>
            Show manifest
          </Button>
        )
      }
    >
      {!isWanted ? null : problem ? (
        <div className="flex flex-wrap items-center gap-3">
          <p className="text-muted">{problem}</p>
          <Button size="sm" onClick={() => query.refetch()} loading={query.isFetching}>
            Try again
          </Button>
        </div>
      ) : text === null ? (
        <Skeleton className="w-2/3" />
      ) : tree && look === "tree" ? (
        <JsonView value={tree.value} label="Manifest as a tree" />
      ) : (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="max-h-[480px] overflow-auto rounded-md border border-rule bg-sunken px-3 py-2 text-sm"
        >
          {text}
        </pre>
      )}
    </Section>
  );
}

function parse(text: string): { value: unknown } | null {
  if (text.length > TREE_MAX_CHARACTERS) return null;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}
