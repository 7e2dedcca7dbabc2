import fc from "fast-check";
import { z } from "zod";

type JsonSchema = {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  format?: string;
};

/** Texts that have broken something somewhere. */
const NASTY = [
  ...[
    "",
    " ",
    "null",
    "0",
    "-1",
    "1e999",
    "NaN",
    "true",
    "[]",
    "{}",
    "\u0000",
    "\ud800",
    "\u202e",
    "é".normalize("NFD"),
  ],
  ...[
    "'; DROP TABLE runs; --",
    "%",
    "_",
    "\\",
    "%00",
    "../../etc/passwd",
    "..",
    "a/../b",

    "{{7*7}}",
    "<script>",
  ],
  ...[
    "constructor",
    "__proto__",
    "toString",
    "9999-12-31T23:59:59.999Z",
    "0000-01-01T00:00:00Z",
    "+275760-09-13T00:00:00.000Z",
  ],
  ...["https://[::1]:99999/", "http://169.254.169.254/", "file:///etc/passwd", "sha256:", `sha256:${"f".repeat(64)}`],
  ...[
    "(a+)+$",
    "[",
    "**/**/**",
    "{a,b",
    "0 0 31 2 *",
    "* * * * * *",
    "Europe/Nowhere",
    "x".repeat(5_000),
    "\u{1f600}".repeat(300),
  ],
];
const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/) },
);
const junk: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, -1, 0, 2 ** 53, 1.5, true),
);
const DEPTH_MAX = 6;

/**
 * Inputs that a schema takes, nearly: shaped as it says, with texts and numbers at and beyond the edges, and here and there something else
 * altogether, something missing, or something that nobody asked for.
 */
export function nearly(schema: z.ZodType): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return arbitraryOf(root, root, 0);
}

function arbitraryOf(schema: JsonSchema, root: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  const shaped = shapeOf(schema, root, depth);
  return fc.oneof({ weight: 9, arbitrary: shaped }, { weight: 1, arbitrary: junk });
}

function shapeOf(schema: JsonSchema, root: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  if (depth > DEPTH_MAX) return fc.constant(null);
  const inner = (one: JsonSchema) => arbitraryOf(one, root, depth + 1);
  if (schema.$ref !== undefined) {
    const target = schema.$ref === "#" ? root : root.$defs?.[schema.$ref.split("/").at(-1) ?? ""];
    return target ? inner(target) : junk;
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(inner));
  const [first] = schema.allOf ?? [];
  if (first) return inner(first);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") return objectOf(schema, inner);
  if (type === "array")
    return schema.prefixItems
      ? fc.tuple(...schema.prefixItems.map(inner))
      : fc.array(schema.items ? inner(schema.items) : junk, { maxLength: Math.min(4, schema.maxItems ?? 4) });
  if (type === "string")
    return schema.format === "date-time" ? fc.oneof(fc.constant("2026-01-01T00:00:00Z"), text) : text;
  if (type === "integer" || type === "number") return numberOf(schema, type === "integer");
  if (type === "boolean") return fc.boolean();
  return type === "null" ? fc.constant(null) : junk;
}

function objectOf(schema: JsonSchema, inner: (one: JsonSchema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, one]) => [name, inner(one)]),
  );
  const whole = fc.record(properties, { requiredKeys: schema.required ?? [] });
  const withMore = fc
    .tuple(whole, fc.dictionary(text, junk, { maxKeys: 1 }))
    .map(([one, more]) => ({ ...one, ...more }));
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(properties, { requiredKeys: [] }) },
    { weight: 1, arbitrary: withMore },
  );
}

function numberOf({ minimum = -1_000, maximum = 1_000_000 }: JsonSchema, isInteger: boolean): fc.Arbitrary<number> {
  const [min, max] = [Math.max(minimum, -(2 ** 53)), Math.min(maximum, 2 ** 53)];
  const edges = fc.constantFrom(min, max, min - 1, max + 1, 0.5, 2 ** 31, 2 ** 53);
  const within = isInteger
    ? fc.integer({ min: Math.ceil(Math.max(min, -(2 ** 31))), max: Math.floor(Math.min(max, 2 ** 31 - 1)) })
    : fc.double({ min, max, noNaN: true });
  return fc.oneof({ weight: 3, arbitrary: within }, { weight: 1, arbitrary: edges });
}
