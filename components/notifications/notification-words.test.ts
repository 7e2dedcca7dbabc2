import { expect, test } from "vitest";
import { NOTIFICATION_EVENTS } from "@/domain/notifications/notification-event";
import { attemptText, eventsText, readRecipients } from "./notification-words";

test("N-15 what a target is told of, in few words", () => {
  expect(eventsText([...NOTIFICATION_EVENTS])).toBe("Every event");
  expect(eventsText(["gc.failed"])).toBe("A garbage collection failed");
  expect(eventsText(["gc.failed", "run.failed"])).toBe("2 events");
});

test("N-15 addresses are read as they are pasted", () => {
  expect(readRecipients(" a@b.example, c@d.example;\n a@b.example ")).toEqual(["a@b.example", "c@d.example"]);
  expect(readRecipients(" \n")).toEqual([]);
});

test("N-15 an attempt says what came back", () => {
  const attempt = { at: "2026-05-01T00:00:00.000Z", durationMs: 3, status: 204, error: null };
  expect(attemptText(attempt)).toBe("Answered 204");
  expect(attemptText({ ...attempt, status: null })).toBe("Taken by the mail server");
  expect(attemptText({ ...attempt, status: 500, error: "it answered 500" })).toBe("It answered 500");
});
