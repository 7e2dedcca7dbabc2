import { expect, test } from "vitest";
import { readBody, readJsonBody } from "./read-body";

const MAX = 256 * 1024;
const request = (body: string) => new Request("http://127.0.0.1/", { method: "POST", body });

test("a body is read as JSON, and an empty one as nothing", async () => {
  expect(await readJsonBody(request('{"a":["\\\\u0000","\\ud83d\\ude00"]}'), MAX)).toEqual({
    a: ["\\u0000", "\u{1f600}"],
  });
  expect(await readJsonBody(request(" "), MAX)).toEqual({});
});

test("a text that no database keeps is refused, in a key as in a value and however deep", async () => {
  const deep = `${"[".repeat(60_000)}"\\u0000"${"]".repeat(60_000)}`;
  for (const body of ['{"a":"\\u0000"}', '["\\ud800"]', '{"\\uDC00":1}', '["\\ud83dx\\ude00"]', deep])
    await expect(readJsonBody(request(body), MAX)).rejects.toMatchObject({ code: "bad_request" });
});

test("what is no JSON, or too much, is refused", async () => {
  await expect(readJsonBody(request("{"), MAX)).rejects.toMatchObject({ code: "bad_request" });
  await expect(readBody(request("x".repeat(11)), 10)).rejects.toMatchObject({ code: "too_large" });
});
