"use client";

import { Dialog } from "../ui/dialog";

const KEYS: readonly [keys: readonly string[], what: string][] = [
  [["↓", "j"], "Next image"],
  [["↑", "k"], "Previous image"],
  [["Page Down", "Page Up"], "Several images on or back"],
  [["Home", "End"], "First or last image"],
  [["Enter"], "Open the image's page"],
  [["→", "←"], "Open or close the details"],
  [["Space", "x"], "Select or leave out"],
  [["Shift + ↓", "Shift + ↑"], "Select a range"],
  [["Shift + Space"], "Select from the last one selected to here"],
  [["Ctrl + a", "⌘ + a"], "Select all of the filter"],
  [["Escape"], "Clear the selection"],
  [["Shift + F10"], "Actions for the image"],
  [["/"], "Search"],
  [["?"], "This list"],
];

/** The keys of the list of images. */
export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keyboard shortcuts"
      description="They work while the list has the focus: press Tab, or j, to get there."
      size="sm"
    >
      <dl className="divide-y divide-rule">
        {KEYS.map(([keys, what]) => (
          <div key={what} className="flex items-baseline justify-between gap-4 py-1.5">
            <dd>{what}</dd>
            <dt className="flex shrink-0 gap-1.5">
              {keys.map((key) => (
                <kbd key={key} className="rounded-sm border border-rule-strong bg-sunken px-1.5 text-sm">
                  {key}
                </kbd>
              ))}
            </dt>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
