import { availableParallelism } from "node:os";
import { defineConfig } from "@playwright/test";
import { browserPath } from "./scripts/setup/browser";

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  globalSetup: "./e2e/support/global-setup.ts",
  outputDir: "test-results",
  // Each spec brings up a whole console of its own, so that two of them do not meet; it waits as often as it computes.
  workers: Math.max(3, availableParallelism()),
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [["line"], ["json", { outputFile: process.env.RECLAIM_PLAYWRIGHT_REPORT ?? "test-results/report.json" }]],
  use: {
    viewport: { width: 1440, height: 900 },
    // Nobody looks: each frame of a spinner or of an opening dialog is drawn by the processor that the tests wait for.
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    // Recording costs as much as the tests: asked for where one fails and its screenshot does not say why.
    trace: process.env.RECLAIM_TRACE ? "retain-on-failure" : "off",
    launchOptions: {
      // Debian's; Playwright's own would have to be downloaded.
      executablePath: browserPath(),
      // Chromium refuses its sandbox as root, and a container's /dev/shm is too small for it.
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    },
  },
});
