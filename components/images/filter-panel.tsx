"use client";

import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { IMAGE_KINDS } from "@/contracts/images";
import { tagGlobProblem } from "@/domain/images/tag-glob";
import { formatBytes } from "@/lib/bytes";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import { HEALTHS, type ImageView, PINNED, PULLED, STATES, type ViewPatch } from "./filter-url";
import { HEALTH_WORDS, KIND_WORDS, parseSize } from "./filter-words";

const ANY = "any";
const PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x", "linux/ppc64le", "windows/amd64"];

/** Everything that images can be filtered by. Choices hold at once, written values with Enter or when their field is left. */
export function FilterPanel({ view, onChange }: { view: ImageView; onChange: (patch: ViewPatch) => void }) {
  const listId = useId();
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-3 narrow:grid-cols-1">
      <Labelled label="Tag" className="col-span-full">
        {(id) => (
          <Written
            id={id}
            mono
            placeholder="v1.*, {main,release}-*"
            value={view.tag ?? ""}
            problemOf={tagGlobProblem}
            onCommit={(text) => onChange({ tag: text.trim() || null })}
          />
        )}
      </Labelled>
      <Choice
        label="Tagged"
        value={view.state}
        options={[...STATES]}
        word={(state) => ({ any: "Any", tagged: "Tagged", untagged: "Untagged" })[state]}
        onChange={(state) => onChange({ state: state === "any" ? null : state })}
      />
      <Choice
        label="Pulled"
        value={view.pulled ?? ANY}
        options={[ANY, ...PULLED]}
        word={(pulled) => ({ any: "Any", ever: "At least once", never: "Never" })[pulled]}
        onChange={(pulled) => onChange({ pulled: pulled === ANY ? null : pulled })}
      />
      <Choice
        label="Kind"
        value={view.kind ?? ANY}
        options={[ANY, ...IMAGE_KINDS]}
        word={(kind) => (kind === ANY ? "Any" : capital(KIND_WORDS[kind]))}
        onChange={(kind) => onChange({ kind: kind === ANY ? null : kind })}
      />
      <Choice
        label="Condition"
        value={view.health ?? ANY}
        options={[ANY, ...HEALTHS]}
        word={(health) => (health === ANY ? "Any" : capital(HEALTH_WORDS[health]))}
        onChange={(health) => onChange({ health: health === ANY ? null : health })}
      />
      <Days
        label="Pushed more than"
        value={view.olderThanDays}
        onCommit={(olderThanDays) => onChange({ olderThanDays })}
        ago
      />
      <Days
        label="Pushed in the last"
        value={view.youngerThanDays}
        onCommit={(youngerThanDays) => onChange({ youngerThanDays })}
      />
      <Days
        label="Neither pulled nor pushed for"
        value={view.idleDays}
        onCommit={(idleDays) => onChange({ idleDays })}
      />
      <Choice
        label="Pin"
        value={view.pinned ?? ANY}
        options={[ANY, ...PINNED]}
        word={(pinned) => ({ any: "Any", yes: "Pinned", no: "Not pinned" })[pinned]}
        onChange={(pinned) => onChange({ pinned: pinned === ANY ? null : pinned })}
      />
      <Size label="Size at least" value={view.minBytes} onCommit={(minBytes) => onChange({ minBytes })} />
      <Size label="Size at most" value={view.maxBytes} onCommit={(maxBytes) => onChange({ maxBytes })} />
      <Labelled label="Platform" className="col-span-full">
        {(id) => (
          <>
            <Written
              id={id}
              mono
              list={listId}
              placeholder="linux/arm64 or arm64"
              value={view.platform ?? ""}
              onCommit={(text) => onChange({ platform: text.trim() || null })}
            />
            <datalist id={listId}>
              {PLATFORMS.map((platform) => (
                <option key={platform} value={platform} />
              ))}
            </datalist>
          </>
        )}
      </Labelled>
    </div>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export function Labelled({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="block pb-0.5 text-muted text-sm">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

function Choice<Value extends string>({
  label,
  value,
  options,
  word,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly Value[];
  word: (value: Value) => string;
  onChange: (value: Value) => void;
}) {
  return (
    <div>
      <span aria-hidden="true" className="block pb-0.5 text-muted text-sm">
        {label}
      </span>
      <Select
        label={label}
        value={value}
        onValueChange={onChange}
        options={options.map((option) => ({ value: option, label: word(option) }))}
      />
    </div>
  );
}

/** A field whose value holds when Enter is pressed or the field is left; what came from elsewhere meanwhile is shown. */
export function Written({
  value,
  problemOf,
  onCommit,
  ...rest
}: Omit<ComponentProps<typeof Input>, "value" | "onChange"> & {
  value: string;
  /** What is wrong with what is written; null for nothing. */
  problemOf?: (text: string) => string | null;
  onCommit: (text: string) => void;
}) {
  const problemId = useId();
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setDraft(value);
  }
  const commit = () => {
    if (draft !== value) onCommit(draft);
  };
  const problem = problemOf?.(draft.trim()) ?? null;
  return (
    <>
      <Input
        {...rest}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
        }}
        {...(problem === null ? {} : { "aria-invalid": true, "aria-describedby": problemId })}
      />
      {problem === null ? null : (
        <p id={problemId} role="status" className="pt-1 text-danger text-sm">
          {problem}.
        </p>
      )}
    </>
  );
}

export function Days({
  label,
  value,
  ago = false,
  onCommit,
}: {
  label: string;
  value: number | null;
  ago?: boolean;
  onCommit: (days: number | null) => void;
}) {
  return (
    <Labelled label={label}>
      {(id) => (
        <Written
          id={id}
          inputMode="numeric"
          suffix={ago ? "days ago" : "days"}
          className={ago ? "pr-18" : ""}
          value={value === null ? "" : String(value)}
          onCommit={(text) => {
            const days = /^\d{1,5}$/.test(text.trim()) ? Number(text) : null;
            onCommit(days !== null && days <= 36_500 ? days : null);
          }}
        />
      )}
    </Labelled>
  );
}

export function Size({
  label,
  value,
  onCommit,
}: {
  label: string;
  value: number | null;
  onCommit: (bytes: number | null) => void;
}) {
  return (
    <Labelled label={label}>
      {(id) => (
        <Written
          id={id}
          placeholder="500 MiB"
          value={value === null ? "" : formatBytes(value)}
          onCommit={(text) => onCommit(parseSize(text))}
        />
      )}
    </Labelled>
  );
}
