import type { JsonSchema } from "@/contracts/openapi-schemas";

/** A value of a request or answer, for reading: its type in words, and what is inside it. */
export interface SchemaField {
  name: string;
  type: string;
  isRequired: boolean;
  /** limits and what is meant where it is left out; empty where there are none */
  note: string;
  fields: SchemaField[];
}

type Named = Readonly<Record<string, JsonSchema>>;

/** The fields of an object, of the objects in a list, or of each of several forms that a value may have. */
export function schemaFields(schema: JsonSchema, named: Named): SchemaField[] {
  const { inner } = withoutNull(resolve(schema, named), named);
  const choices = choicesOf(inner);
  if (choices.length > 0) {
    return choices
      .map((choice) => resolve(choice, named))
      .filter((choice) => schemaFields(choice, named).length > 0)
      .map((choice, at) => ({
        ...{
          name: formName(choice, at),
          type: "object",
          isRequired: false,
          note: "",
          fields: schemaFields(choice, named),
        },
      }));
  }
  if (inner.type === "array") return schemaFields((inner.items ?? {}) as JsonSchema, named);
  const required = new Set((inner.required ?? []) as string[]);
  return Object.entries((inner.properties ?? {}) as Record<string, JsonSchema>).map(([name, part]) => ({
    name,
    type: typeText(part, named),
    isRequired: required.has(name),
    note: noteText(withoutNull(resolve(part, named), named).inner),
    fields: schemaFields(part, named),
  }));
}

/** A type in words: "text", "list of Image", "one of any, tagged, untagged", "time or null". */
export function typeText(schema: JsonSchema, named: Named): string {
  const { inner, hasNull, name } = withoutNull(schema, named);
  return `${name ?? plainType(inner, named)}${hasNull ? " or null" : ""}`;
}

function plainType(schema: JsonSchema, named: Named): string {
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum))
    return schema.enum.length === 1 ? String(schema.enum[0]) : `one of ${schema.enum.join(", ")}`;
  const choices = choicesOf(schema);
  if (choices.length > 0) return [...new Set(choices.map((choice) => typeText(choice, named)))].join(" or ");
  if (schema.type === "array") return `list of ${typeText((schema.items ?? {}) as JsonSchema, named)}`;
  if (schema.type === "string") return TEXTS[String(schema.format ?? "")] ?? "text";
  return TYPES[String(schema.type ?? "")] ?? "anything";
}

const TEXTS: Record<string, string> = { "date-time": "time", email: "e-mail address", uri: "address" };
const TYPES: Record<string, string> = {
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  null: "null",
  object: "object",
};

function noteText(schema: JsonSchema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const limits = [
    range(minimum, maximum, ""),
    range(minLength === 1 ? undefined : minLength, maxLength, " characters"),
    range(minItems, maxItems, " entries"),
    "default" in schema ? `if left out: ${JSON.stringify(schema.default)}` : "",
  ];
  return limits.filter((text) => text !== "").join(" · ");
}

function range(least: unknown, most: unknown, unit: string): string {
  const number = (value: unknown) => Number(value).toLocaleString("en-US");
  if (least === undefined && most === undefined) return "";
  // That a count is not negative goes without saying.
  if (most === undefined) return least === 0 ? "" : `at least ${number(least)}${unit}`;
  return least === undefined || least === 0
    ? `at most ${number(most)}${unit}`
    : `${number(least)} to ${number(most)}${unit}`;
}

function resolve(schema: JsonSchema, named: Named): JsonSchema {
  return typeof schema.$ref === "string" ? (named[schema.$ref.split("/").at(-1) ?? ""] ?? {}) : schema;
}

/** A schema without the `or null` that it may have, and the name of what it refers to. */
function withoutNull(schema: JsonSchema, named: Named): { inner: JsonSchema; hasNull: boolean; name: string | null } {
  const choices = choicesOf(schema);
  const others = choices.filter((choice) => choice.type !== "null");
  const [only] = others;
  if (only && others.length === 1 && choices.length > 1) return { ...withoutNull(only, named), hasNull: true };
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== "null");
    return { inner: { ...schema, type: types[0] }, hasNull: types.length < schema.type.length, name: null };
  }
  const name = typeof schema.$ref === "string" ? (schema.$ref.split("/").at(-1) ?? null) : null;
  return { inner: resolve(schema, named), hasNull: false, name };
}

function choicesOf(schema: JsonSchema): JsonSchema[] {
  return ((schema.anyOf ?? schema.oneOf ?? []) as JsonSchema[]).slice();
}

/** What tells one form from the others: `kind: "glob"`, or what it has to have, or its place. */
function formName(choice: JsonSchema, at: number): string {
  const properties = Object.entries((choice.properties ?? {}) as Record<string, JsonSchema>);
  const told = properties.find(([, part]) => "const" in part);
  const required = ((choice.required ?? []) as string[]).slice(0, 3);
  if (told) return `${told[0]}: ${JSON.stringify(told[1].const)}`;
  return required.length > 0 ? `with ${required.join(", ")}` : `form ${at + 1}`;
}
