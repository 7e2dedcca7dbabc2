"use client";

import type { ReactNode } from "react";
import type { ImageConfigDto, ImageDetailsDto } from "@/contracts/image-details";
import { cn } from "@/lib/cn";
import { Button } from "../ui/button";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { stepText } from "./layer-words";
import { type Place, useImageConfig } from "./queries";

/** What a container of the image would run with, and how it was built, read from the registry now. */
export function ImageConfig({
  place,
  details,
  actions,
}: {
  place: Place;
  details: ImageDetailsDto;
  actions?: ReactNode;
}) {
  const query = useImageConfig(place, details.repositoryName, details.digest, details.config !== null);
  if (details.config === null) return null;
  const problem =
    query.data?.problem ?? (query.error ? (problemOf(query.error)?.detail ?? problemOf(query.error)?.title) : null);
  return (
    <Section title="Config" actions={actions}>
      {problem ? (
        <div className="flex flex-wrap items-center gap-3">
          <p className="text-muted">{problem}</p>
          <Button size="sm" onClick={() => query.refetch()} loading={query.isFetching}>
            Try again
          </Button>
        </div>
      ) : query.data?.config ? (
        <Config config={query.data.config} />
      ) : (
        <div role="status" aria-busy="true" aria-label="Reading the config" className="flex flex-col gap-3 py-1">
          <Skeleton className="w-2/3" />
          <Skeleton className="w-1/2" />
        </div>
      )}
    </Section>
  );
}

function Config({ config }: { config: ImageConfigDto }) {
  const facts: { label: string; value: ReactNode }[] = [
    ...command("Entrypoint", config.entrypoint),
    ...command("Command", config.command),
    ...text("User", config.user ?? "root (not set)"),
    ...text("Working dir", config.workingDir),
    ...list("Ports", config.exposedPorts),
    ...list("Volumes", config.volumes),
    ...text("Stop signal", config.stopSignal),
    ...text("Author", config.author),
  ];
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 gap-y-1">
        {facts.map(({ label, value }) => (
          <div key={label} className="contents">
            <dt className="text-sm text-subtle leading-5">{label}</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
      <Folded
        label={`Environment (${config.env.length})`}
        isOpen={config.env.length <= 12}
        isEmpty={config.env.length === 0}
      >
        <Pairs pairs={config.env.map(splitEnv)} sign="=" />
      </Folded>
      <Folded
        label={`Labels (${config.labels.length})`}
        isOpen={config.labels.length <= 8}
        isEmpty={config.labels.length === 0}
      >
        <Pairs pairs={config.labels.map(({ name, value }) => [name, value])} sign=":" />
      </Folded>
      <Folded
        label={`Build history (${config.history.length})`}
        isOpen={config.history.length <= 12}
        isEmpty={config.history.length === 0}
      >
        <ol className="divide-y divide-rule border-rule border-y">
          {config.history.map((step, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
              key={index}
              className="grid grid-cols-[64px_minmax(0,1fr)_96px] items-baseline gap-x-3 py-1 narrow:grid-cols-[56px_minmax(0,1fr)]"
            >
              <span className={cn("text-sm", step.layer === null ? "text-subtle" : "text-muted")}>
                {step.layer === null ? "no layer" : `layer ${step.layer + 1}`}
              </span>
              <span className="min-w-0">
                <code className="block text-sm [overflow-wrap:anywhere]">{stepText(step.createdBy) || "–"}</code>
                {step.comment ? <span className="text-sm text-subtle">{step.comment}</span> : null}
              </span>
              <span className="text-right text-sm text-subtle narrow:hidden">
                {step.createdAt === null ? "" : <RelativeTime at={step.createdAt} />}
              </span>
            </li>
          ))}
        </ol>
      </Folded>
      {config.isCut ? <p className="text-sm text-subtle">Long lists and texts of it were cut.</p> : null}
    </div>
  );
}

function Folded({
  label,
  isOpen,
  isEmpty,
  children,
}: {
  label: string;
  isOpen: boolean;
  isEmpty: boolean;
  children: ReactNode;
}) {
  if (isEmpty) return null;
  return (
    <details open={isOpen}>
      <summary className="w-fit rounded-sm pb-1 font-medium text-muted text-sm">{label}</summary>
      {children}
    </details>
  );
}

function Pairs({ pairs, sign }: { pairs: readonly (readonly [string, string])[]; sign: string }) {
  return (
    <ul className="max-h-80 overflow-y-auto rounded-md border border-rule bg-sunken px-3 py-2">
      {pairs.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same name may come twice
        <li key={index} className="[overflow-wrap:anywhere]">
          <code className="text-sm">
            <span className="text-accent">{name}</span>
            <span className="text-subtle">{sign === ":" ? ": " : "="}</span>
            {value}
          </code>
        </li>
      ))}
    </ul>
  );
}

function splitEnv(line: string): [string, string] {
  const at = line.indexOf("=");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}

function text(label: string, value: string | null) {
  return value === null ? [] : [{ label, value: <code className="text-sm">{value}</code> }];
}

function list(label: string, values: readonly string[]) {
  return text(label, values.length === 0 ? null : values.join(", "));
}

/** As a JSON list, which keeps the borders between its words. */
function command(label: string, words: readonly string[]) {
  return text(label, words.length === 0 ? null : JSON.stringify(words));
}
