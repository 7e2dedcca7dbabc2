import { availableParallelism } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";

const alias = { "@": path.resolve(import.meta.dirname) };
const exclude = ["**/node_modules/**", ".next/**", ".test/**", ".build/**", ".reclaim/**", "e2e/**"];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          // Pure logic leaves nothing behind: a process for each of a hundred files would cost half as much as the tests.
          pool: "threads",
          isolate: false,
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...exclude, "**/*.int.test.ts"],
        },
      },
      {
        resolve: { alias },
        test: {
          name: "integration",
          sequence: { groupOrder: 1 },
          env: { RECLAIM_LOG_LEVEL: "silent" },
          include: ["**/*.int.test.ts"],
          exclude,
          globalSetup: ["testing/integration-setup.ts"],
          // For what hangs; what kills processes takes a minute where others want the processors, too.
          testTimeout: 150_000,
          hookTimeout: 150_000,
          pool: "forks",
          // A process for each of ninety files would spend a third of the time on reading the same modules again.
          isolate: false,
          setupFiles: ["testing/own-environment.ts"],
          // They wait for registries and databases as often as they compute.
          maxWorkers: Math.max(3, availableParallelism()),
        },
      },
    ],
  },
});
