import type { RunDto } from "@/contracts/history";
import { runProgress } from "./run-progress";

const WIDTH = 24;
/** Of a screen that does not say how wide it is. */
const WIDTH_UNKNOWN = 80;

interface ProgressBar {
  show(run: RunDto): void;
  /** Takes the bar away, so that what is said next begins a line. */
  clear(): void;
}

/** A bar that is drawn over and over on a terminal; elsewhere each phase is a line, so that a log says how far it came. */
export function createProgressBar(screen: NodeJS.WriteStream = process.stderr): ProgressBar {
  let shown = "";
  return {
    show(run) {
      const { share, text } = runProgress(run);
      if (!screen.isTTY) {
        const phase = text.split(",")[0] ?? "";
        if (phase !== shown) screen.write(`… ${phase}\n`);
        shown = phase;
        return;
      }
      const line = `${bar(share)} ${text}`.slice(0, (screen.columns || WIDTH_UNKNOWN) - 1);
      if (line === shown) return;
      screen.write(`\r\u001b[2K${line}`);
      shown = line;
    },
    clear() {
      if (screen.isTTY && shown) screen.write("\r\u001b[2K");
      shown = "";
    },
  };
}

/** `[████████░░░░]  66 %`; without a share, an empty one. */
export function bar(share: number | null): string {
  const full = Math.floor((share ?? 0) * WIDTH);
  const percent = share === null ? "    " : `${String(Math.floor(share * 100)).padStart(3)}%`;
  return `[${"█".repeat(full)}${"░".repeat(WIDTH - full)}] ${percent}`;
}
