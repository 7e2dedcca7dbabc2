import { expect, test } from "vitest";
import { workerFlags } from "./worker-allocation";

test("a worker is started with the flags that its Node.js knows, and with no other", () => {
  const known = ["--no-allocation-site-pretenuring", "--heap-growing-percent=100"];
  expect(workerFlags([...known, "--no-such-thing", "--such-a-thing=1"])).toEqual(known);
  expect(workerFlags()).toEqual(known);
});
