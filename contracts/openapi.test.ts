import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { type OpenApiOperation, openApiDocument, takesBody } from "./openapi";
import { OPERATIONS } from "./operations";
import { PROBLEM_TYPES } from "./problem";

const document = openApiDocument();
const written = new Map<string, OpenApiOperation>();
for (const path of Object.values(document.paths)) {
  for (const one of Object.values(path)) written.set(one.operationId, one);
}
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "api");

/** A validator of what is at a pointer of the document. */
function validator(...pointer: string[]) {
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
  return ajv.compile({ $ref: `api#/${escaped.join("/")}` });
}

function exampleOf(content: Record<string, { example?: unknown }> | undefined, mediaType: string): unknown {
  return content?.[mediaType]?.example;
}

describe("N-18 the OpenAPI document", () => {
  test("N-18 has each operation once, in an area that it describes", () => {
    expect([...written.keys()].sort()).toEqual(OPERATIONS.map(({ id }) => id).sort());
    const areas = document.tags.map(({ name }) => name);
    for (const operation of written.values()) expect(areas, operation.operationId).toContain(operation.tags[0]);
    expect(areas, "a new area wants a place in contracts/operation-area.ts").not.toContain("Other");
  });

  test("N-18 every reference leads somewhere, and every pattern can be read", () => {
    const text = JSON.stringify(document);
    for (const [, kind = "", name = ""] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect(Object.keys(document.components[kind as "schemas"]), name).toContain(name);
    }
    expect(text).not.toContain("$defs");
    for (const name of Object.keys(document.components.schemas)) validator("components", "schemas", name);
  });

  test.each(OPERATIONS.map((operation) => [operation.id, operation] as const))("N-18 %s", (id, operation) => {
    const one = written.get(id);
    if (!one) throw new Error("it is not in the document");
    const path = one.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
    expect(path.sort()).toEqual([...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    expect(one.requestBody !== undefined).toBe(takesBody(operation));
    const method = operation.method.toLowerCase();
    if (takesBody(operation)) {
      // The document and the contract must agree on what the example is.
      const example = exampleOf(one.requestBody?.content, "application/json");
      expect(operation.body.safeParse(example).error?.message, JSON.stringify(example)).toBeUndefined();
      const isValid = validator(
        ...["paths", operation.path, method, "requestBody", "content", "application/json", "schema"],
      );
      expect(isValid(example), JSON.stringify(isValid.errors)).toBe(true);
    }
    if (operation.output === "json") {
      const answer = one.responses[String(operation.successStatus)];
      const example = exampleOf(answer && "content" in answer ? answer.content : undefined, "application/json");
      expect(operation.response.safeParse(example).error?.message, JSON.stringify(example)).toBeUndefined();
    }
    for (const status of [401, 403, 404, 500]) expect(Object.keys(one.responses)).toContain(String(status));
  });

  test("N-18 a validator that was made from it tells right answers from wrong ones", () => {
    const isRun = validator("components", "schemas", "Run");
    const answer = written.get("getRun")?.responses["200"];
    const run = exampleOf(answer && "content" in answer ? answer.content : undefined, "application/json");
    expect(isRun(run)).toBe(true);
    expect(isRun({ ...(run as object), added: "later" }), "fields may be added").toBe(true);
    expect(isRun({ ...(run as object), status: "unheard-of" })).toBe(false);
    expect(isRun({ ...(run as object), createdAt: "yesterday" })).toBe(false);
  });

  test("N-18 problems are described with their status", () => {
    for (const [code, { status }] of Object.entries(PROBLEM_TYPES)) {
      const { content } = document.components.responses[code] ?? {};
      expect(exampleOf(content, "application/problem+json")).toMatchObject({ status, code });
    }
  });
});
