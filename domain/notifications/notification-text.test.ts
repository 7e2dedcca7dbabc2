import { expect, test } from "vitest";
import {
  mailText,
  type NotificationFacts,
  type NotifiedRun,
  notificationText,
  slackMessage,
} from "./notification-text";

const RUN: NotifiedRun = {
  ...{ id: "run_1", kind: "reclaim", status: "succeeded", isDryRun: false, trigger: "manual", requestedByName: "Ada" },
  ...{ totals: { itemsTotal: 3, itemsDone: 2, itemsSkipped: 1 }, error: null },
  ...{ createdAt: "2026-05-01T10:00:00.000Z", finishedAt: "2026-05-01T10:01:00.000Z" },
};
const facts = (more: Partial<NotificationFacts>): NotificationFacts => ({
  ...{ id: "ntf_1", kind: "run.finished", at: "2026-05-01T10:01:00.000Z", data: {}, run: null },
  ...{ workspace: { id: "ws_1", slug: "acme", name: "Acme" }, space: { id: "spc_1", name: "web" } },
  ...{ url: "https://console.example/w/acme/spaces/spc_1/runs/run_1", ...more },
});
const told = (run: Partial<NotifiedRun>) => notificationText(facts({ run: { ...RUN, ...run } }));

test("N-15 a run is told of with what it did, honest of one that was stopped", () => {
  expect(told({})).toEqual({
    title: "Reclaim of web is done",
    lines: ["2 of 3 images moved to the recycle bin", "1 was left, with reasons", "Started by Ada."],
  });
  expect(told({ status: "cancelled", totals: { itemsTotal: 9, itemsDone: 4 } }).lines[0]).toMatch(/^4 of 9 images/);
  expect(told({ kind: "gc", status: "failed", error: "no answer", totals: {} })).toEqual({
    title: "Garbage collection of web failed",
    lines: ["0 blobs and 0 manifests deleted, 0 B freed", "Reason: no answer", "Started by Ada."],
  });
  expect(told({ isDryRun: true, totals: { itemsTotal: 9, itemsLeftOut: 7 } }).lines[0]).toMatch(/^2 images would go/);
  expect(told({ isDryRun: true, totals: { itemsTotal: 1, uniqueBytes: 2048 } })).toMatchObject({
    title: "Preview of web is done",
    lines: ["1 image would go, 2.00 KiB of their own", "Started by Ada."],
  });
});

test("N-15 quotas and bins are told of in numbers", () => {
  const quota = facts({ kind: "quota.near", space: null, data: { tagCount: 4600, tagQuota: 5000, percent: 92 } });
  expect(notificationText(quota)).toEqual({
    title: "Acme has used 92% of its tag quota",
    lines: ["4,600 of 5,000 tags are in use."],
  });
  const data = { entryCount: 1, sizeBytes: 1024, firstPurgeAt: "2026-05-02T00:00:00.000Z" };
  expect(notificationText(facts({ kind: "bin.purge_soon", data })).title).toBe(
    "1 entry of the recycle bin of web is purged soon",
  );
});

test("N-15 a name cannot write Slack's own marks, and mail says why it came", () => {
  const space = { id: "spc_1", name: "<!channel> & co" };
  const slack = JSON.stringify(slackMessage(facts({ space, run: RUN })));
  expect(slack).not.toContain("<!channel>");
  expect(slack).toContain("&lt;!channel&gt; &amp; co");
  const mail = mailText(facts({ run: RUN }));
  expect(mail.subject).toBe("[Acme] Reclaim of web is done");
  expect(mail.text).toContain("https://console.example/w/acme/spaces/spc_1/runs/run_1");
  expect(mail.text).toContain("You get this because Acme");
});
