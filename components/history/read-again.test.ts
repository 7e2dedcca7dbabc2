import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { readAgain } from "./read-again";

test("a first answer that is still on its way when the run ends is not what stays on screen", async () => {
  const client = new QueryClient();
  const answers: ((rows: string[]) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: ["run-items", "wsp", "run"],
    queryFn: () => new Promise<string[]>((resolve) => answers.push(resolve)),
  });
  const stop = observer.subscribe(() => undefined);
  expect(answers).toHaveLength(1);
  const read = readAgain(client, "run");
  // What the server said before the plan was there arrives late.
  answers[0]?.([]);
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.(["an image"]);
  await read;
  expect(observer.getCurrentResult().data).toEqual(["an image"]);
  stop();
  client.clear();
});

test("the run itself is not read again: what was heard of it is the newest", async () => {
  const client = new QueryClient();
  client.setQueryData(["run", "wsp", "run"], { status: "succeeded" });
  client.setQueryData(["run", "wsp", "other"], { status: "running" });
  await readAgain(client, "run");
  expect(client.getQueryState(["run", "wsp", "run"])?.isInvalidated).toBe(false);
  expect(client.getQueryState(["run", "wsp", "other"])?.isInvalidated).toBe(true);
  client.clear();
});
