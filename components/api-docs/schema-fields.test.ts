import { describe, expect, test } from "vitest";
import { openApiDocument } from "@/contracts/openapi";
import { curlExample } from "./curl-example";
import { type SchemaField, schemaFields, typeText } from "./schema-fields";

const document = openApiDocument();
const named = document.components.schemas;

const OF_LIST = { type: "object", properties: { ruleIds: { type: "array" } }, required: ["ruleIds"] };

describe("N-18 a schema for reading", () => {
  test.each([
    [{ type: "string" }, "text"],
    [{ type: "string", format: "date-time" }, "time"],
    [{ type: ["string", "null"] }, "text or null"],
    [{ anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] }, "time or null"],
    [{ type: "string", enum: ["a", "b"] }, "one of a, b"],
    [{ type: "array", items: { $ref: "#/components/schemas/Image" } }, "list of Image"],
    [{ anyOf: [{ type: "integer" }, { type: "boolean" }] }, "whole number or true or false"],
    [{ type: "string", const: "run" }, '"run"'],
    [{}, "anything"],
  ])("N-18 %j is %s", (schema, text) => {
    expect(typeText(schema, named)).toBe(text);
  });

  test("N-18 shows what is inside, what is required, and the limits", () => {
    const body = document.paths["/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/gc-runs"]?.post?.requestBody;
    const fields = schemaFields(body?.content["application/json"]?.schema ?? {}, named);
    expect(fields.find(({ name }) => name === "deleteUntagged")).toMatchObject({
      type: "true or false",
      isRequired: true,
    });
    expect(fields.find(({ name }) => name === "timeBoxMinutes")?.type).toBe("whole number or null");
    const rule = schemaFields(named.Rule ?? {}, named).find(({ name }) => name === "definition");
    expect(rule?.type).toBe("RuleDefinition");
    expect(rule?.fields.map(({ name }) => name)).toContain("allowLastArtifact");
  });

  test("N-18 forms of a value are told apart by what they are", () => {
    const forms = { anyOf: [OF_LIST, { type: "object", properties: { all: { type: "boolean", const: true } } }] };
    expect(schemaFields(forms, named).map(({ name }) => name)).toEqual(["with ruleIds", "all: true"]);
  });

  test("N-18 every operation can be shown, and its line for a shell names the variables of its path", () => {
    let shown = 0;
    const count = (fields: SchemaField[]): number =>
      fields.reduce((sum, { fields: inner }) => sum + 1 + count(inner), 0);
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        shown += count(schemaFields(operation.requestBody?.content["application/json"]?.schema ?? {}, named));
        const line = curlExample("https://c.example", method.toUpperCase(), path, operation);
        expect(line).not.toMatch(/[{][a-z]\w*[}]/i);
        expect(line.includes("Authorization"), operation.operationId).toBe(operation.security === undefined);
      }
    }
    expect(shown).toBeGreaterThan(100);
  });
});
