"use client";

import type { AuditEntryDto } from "@/contracts/audit";
import { formatDateTime } from "@/lib/dates";
import { Dialog } from "../ui/dialog";
import { KeyValueList } from "../ui/key-value-list";
import { StatusPill } from "../ui/status-pill";
import { actorText, valueText } from "./audit-words";

type Values = Record<string, unknown> | null;
const OPERATION = { insert: "was added", update: "was changed", delete: "was removed" } as const;

/** Everything that is known of one entry: who, from where, and each value before and after. */
export function AuditEntry({ entry, onClose }: { entry: AuditEntryDto | null; onClose: () => void }) {
  if (entry === null) return null;
  const { actor, target } = entry;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="lg"
      isReading
      title={`${actor.name} ${entry.text}`}
      description={formatDateTime(entry.at, { seconds: true })}
    >
      <div className="flex flex-col gap-5">
        <KeyValueList
          items={[
            {
              label: "Outcome",
              value:
                entry.outcome === "refused" ? (
                  <StatusPill tone="danger">Refused</StatusPill>
                ) : (
                  <StatusPill tone="positive">Done</StatusPill>
                ),
            },
            { label: "Who", value: actorText(entry) },
            { label: "From", value: <Code text={entry.address ?? "not known"} /> },
            { label: "About", value: target.name ?? target.id },
            { label: "Action", value: <Code text={entry.action} /> },
            { label: "Request", value: <Code text={entry.requestId ?? "none: the console did it by itself"} /> },
          ]}
        />
        {entry.before !== null || entry.after !== null ? (
          <Change title="What it was about" before={entry.before} after={entry.after} />
        ) : null}
        {entry.changes.map((change, at) => (
          <Change
            // biome-ignore lint/suspicious/noArrayIndexKey: two changes of an entry may read alike, and their order is final
            key={at}
            title={`The ${change.thing} “${change.key}” ${OPERATION[change.operation]}`}
            before={change.before}
            after={change.after}
          />
        ))}
        {entry.hiddenChangeCount > 0 ? (
          <p className="text-muted">…and {entry.hiddenChangeCount} more changed with it.</p>
        ) : null}
      </div>
    </Dialog>
  );
}

function Code({ text }: { text: string }) {
  return <span className="font-mono text-sm [overflow-wrap:anywhere]">{text}</span>;
}

const HEAD = { scope: "col", className: "px-3 py-1.5 font-medium" };

/** What was added has no side before, and what was removed none after. */
function Change({ title, before, after }: { title: string; before: Values; after: Values }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <section className="min-w-0">
      <h3 className="pb-1.5 font-semibold">{title}</h3>
      <div className="overflow-hidden rounded-md border border-rule">
        <table aria-label={title} className="w-full table-fixed text-sm">
          <thead className="border-rule border-b bg-sunken text-left text-subtle">
            <tr>
              <th scope="col" className="w-1/4 px-3 py-1.5 font-medium">
                Value
              </th>
              {before === null ? null : <th {...HEAD}>Before</th>}
              {after === null ? null : <th {...HEAD}>After</th>}
            </tr>
          </thead>
          <tbody className="divide-y divide-rule align-top">
            {names.map((name) => (
              <tr key={name}>
                <th scope="row" className="px-3 py-1.5 text-left font-normal text-muted [overflow-wrap:anywhere]">
                  {name.replaceAll("_", " ")}
                </th>
                {before === null ? null : <Value value={before[name]} />}
                {after === null ? null : <Value value={after[name]} />}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Value({ value }: { value: unknown }) {
  return (
    <td className="whitespace-pre-wrap px-3 py-1.5 font-mono [overflow-wrap:anywhere]">
      {value === undefined || value === null ? <span className="text-subtle">–</span> : valueText(value)}
    </td>
  );
}
