import { findCommand } from "@/scripts/prepare.mjs";
import { ensureSystemCommands } from "@/scripts/setup/debian-packages";
import type { Step } from "@/scripts/setup/terminal";

/** Chromium without the parts that draw windows: pages cost it a third of the processor time. */
const SHELL = "chromium-headless-shell";

/**
 * The path of the Chromium that looks at pages, installed where it is missing; the whole Chromium does as well where there is one.
 * @throws UserError with the line to run, where there is none and we may not install it.
 */
export async function ensureBrowser(step: Step): Promise<string> {
  const own = process.env.RECLAIM_CHROMIUM;
  try {
    await ensureSystemCommands([{ command: own ?? SHELL, package: SHELL }], step);
  } catch (error) {
    if (own !== undefined || findCommand("chromium") === null) throw error;
  }
  return browserPath();
}

/** As `ensureBrowser`, of what is there. */
export function browserPath(): string {
  return process.env.RECLAIM_CHROMIUM ?? findCommand(SHELL) ?? findCommand("chromium") ?? `/usr/bin/${SHELL}`;
}
