import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { crawlSchema } from "./crawls";
import { getGcStatus } from "./gc";
import { auditEventSchema, runSchema } from "./history";
import { imageSchema, imageSelectionSchema } from "./images";
import { problemSchema } from "./problem";
import { getBinEntry, listBinEntries } from "./recycle-bin";
import { capabilitySchema, registryReportSchema, updateRegistry } from "./registries";
import { platformRuleSchema, ruleSchema } from "./rules";
import { getSpace } from "./spaces";

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What several operations speak of, by name. A schema that is not here is written where it is used. */
const NAMED: Record<string, z.ZodType> = {
  Problem: problemSchema,
  Capability: capabilitySchema,
  Registry: updateRegistry.response,
  RegistryReport: registryReportSchema,
  Space: getSpace.response,
  Reading: crawlSchema,
  Image: imageSchema,
  ImageSelection: imageSelectionSchema,
  RuleDefinition: ruleDefinitionSchema,
  Rule: ruleSchema,
  PlatformRule: platformRuleSchema,
  Run: runSchema,
  Event: auditEventSchema,
  BinEntry: listBinEntries.response.shape.items.element,
  BinEntryDetails: getBinEntry.response,
  GcStatus: getGcStatus.response,
};

/** Turns schemas of the contracts into JSON Schema; what several of them use is collected under `named`. */
export interface SchemaWriter {
  /**
   * `input`: as it is sent to us, unknown fields refused where ours does. `output`: as we answer, where fields may be added later.
   * @throws Error where one name would stand for two different schemas
   */
  write(schema: z.ZodType, io: "input" | "output"): JsonSchema;
  readonly named: Readonly<Record<string, JsonSchema>>;
}

export function createSchemaWriter(): SchemaWriter {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) names.add(schema, { id });
  const named: Record<string, JsonSchema> = {};
  return {
    named,
    write(schema, io) {
      const { $schema, $defs, ...written } = z.toJSONSchema(schema, {
        ...{ io, metadata: names, target: "draft-2020-12" },
        // What a transformation makes of a value cannot be told; it is any value then.
        unrepresentable: "any",
        override: ({ zodSchema, jsonSchema }) => {
          // `id` names it in our list, and is no keyword.
          Reflect.deleteProperty(jsonSchema, "id");
          // That a number is one that JavaScript can hold says nothing of the value.
          if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) Reflect.deleteProperty(jsonSchema, "minimum");
          if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) Reflect.deleteProperty(jsonSchema, "maximum");
          const { def } = zodSchema._zod;
          const isOpen = def.type === "object" && !("catchall" in def && def.catchall);
          if (io === "output" && isOpen) Reflect.deleteProperty(jsonSchema, "additionalProperties");
        },
      }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
      for (const [name, definition] of Object.entries($defs ?? {}))
        keep(named, name, withRefs(definition) as JsonSchema);
      return withRefs(written) as JsonSchema;
    },
  };
}

function keep(named: Record<string, JsonSchema>, name: string, definition: JsonSchema): void {
  const known = named[name];
  if (known && JSON.stringify(known) !== JSON.stringify(definition)) {
    throw new Error(`the schema ${name} is not the same as it is sent and as it is answered: leave it without a name`);
  }
  named[name] = definition;
}

/** References as the document has them: its schemas are under `components`. */
function withRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRefs);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, inner]) =>
    key === "$ref" && typeof inner === "string"
      ? [key, inner.replace("#/$defs/", "#/components/schemas/")]
      : [key, withRefs(inner)],
  );
  return Object.fromEntries(entries);
}
