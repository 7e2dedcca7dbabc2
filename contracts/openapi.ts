import type { z } from "zod";
import { PERMISSIONS } from "@/domain/access/permissions";
import { exampleBody, sampleOf } from "./openapi-examples";
import { problemHeadersOf, requestHeadersOf, responseHeadersOf } from "./openapi-headers";
import { createSchemaWriter, type JsonSchema, type SchemaWriter } from "./openapi-schemas";
import type { Operation, TokenReach } from "./operation";
import { OPERATION_AREAS, operationArea } from "./operation-area";
import { OPERATIONS } from "./operations";
import { PROBLEM_MEDIA_TYPE, PROBLEM_TYPES, type ProblemCode, problemSchema } from "./problem";

interface OpenApiParameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: JsonSchema;
  description?: string;
}
interface MediaType {
  schema: JsonSchema;
  example?: unknown;
}
interface OpenApiResponse {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, MediaType>;
}
export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  /** absent: as the whole document says */
  security?: [];
  parameters: OpenApiParameter[];
  requestBody?: { required: true; content: Record<string, MediaType> };
  responses: Record<string, OpenApiResponse | { $ref: string }>;
}
export interface OpenApiDocument {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  security: Record<string, string[]>[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, OpenApiResponse>;
    securitySchemes: Record<string, JsonSchema>;
  };
}

const DESCRIPTION = `Everything that the console shows and does, for scripts.

- **Who asks**: an API token as \`Authorization: Bearer …\`, or the cookie of a signed-in browser.
- **Lists** come in pages: \`nextCursor\` of one is \`cursor\` of the next, null on the last.
- **What goes wrong** is a problem document (RFC 9457): \`detail\` says what to do, \`requestId\` is for whoever looks into it.
- **Ids that you may not see answer like ids that do not exist**: 404.
- **Runs** are started with 202 and followed as server-sent events, or by reading them again.
- Times are UTC; sizes are whole bytes. Fields may be added to answers: ignore those that you do not know.`;

let made: OpenApiDocument | undefined;

/** The API as an OpenAPI 3.1 document, made from the contracts once a process: what is not in it does not exist. */
export function openApiDocument(): OpenApiDocument {
  made ??= makeDocument(OPERATIONS);
  return made;
}

function makeDocument(operations: readonly Operation[]): OpenApiDocument {
  const writer = createSchemaWriter();
  const problem = writer.write(problemSchema, "output");
  const paths: OpenApiDocument["paths"] = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method.toLowerCase()] = describeOperation(operation, writer);
  }
  const used = new Set(operations.map(({ path }) => operationArea(path)));
  return {
    openapi: "3.1.1",
    info: {
      title: "Reclaim",
      version: "1",
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "This console" }],
    security: [{ token: [] }, { session: [] }],
    tags: OPERATION_AREAS.filter(({ name }) => used.has(name)).map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: writer.named,
      responses: Object.fromEntries(PROBLEM_CODES.map((code) => [code, describeProblem(code, problem)])),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token, of a person or of a workspace." },
        session: { type: "apiKey", in: "cookie", name: "next-auth.session-token" },
      },
    },
  };
}

const PROBLEM_CODES = Object.keys(PROBLEM_TYPES) as ProblemCode[];
/** Only a change can be too late for what it was made of. */
const OF_EDITS: ReadonlySet<number> = new Set([412, 428]);

/** Whether an operation takes a body at all. */
export function takesBody(operation: Pick<Operation, "method">): boolean {
  return operation.method !== "GET" && operation.method !== "DELETE";
}

function describeOperation(operation: Operation, writer: SchemaWriter): OpenApiOperation {
  const body = takesBody(operation) ? writer.write(operation.body, "input") : null;
  const problems = PROBLEM_CODES.filter((code) => isPossible(operation, code));
  return {
    operationId: operation.id,
    tags: [operationArea(operation.path)],
    summary: operation.summary,
    description: describeAccess(operation),
    ...(operation.access.kind === "public" ? { security: [] } : {}),
    parameters: [
      ...parametersOf(operation.params, "path", writer),
      ...parametersOf(operation.query, "query", writer),
      ...headersOf(operation),
    ],
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              "application/json": { schema: body, example: exampleBody(operation.id, body, writer.named) },
            },
          },
        }),
    responses: {
      [operation.successStatus]: describeSuccess(operation, writer),
      ...Object.fromEntries(
        problems.map((code) => [PROBLEM_TYPES[code].status, { $ref: `#/components/responses/${code}` }]),
      ),
    },
  };
}

function isPossible(operation: Operation, code: ProblemCode): boolean {
  const { status } = PROBLEM_TYPES[code];
  if (status === 413) return takesBody(operation);
  return operation.method !== "GET" || !OF_EDITS.has(status);
}

function describeAccess({ access, tokens }: Operation): string {
  if (access.kind === "public") return "For everybody: the secret of a link in the body says who may.";
  if (access.kind === "signed-in")
    return `For whoever is signed in; what it answers depends on who asks. ${TOKENS[tokens]}`;
  const { sentence, roles } = PERMISSIONS[access.permission];
  return `Needs the permission \`${access.permission}\` (${sentence}); roles: ${roles.join(", ")}. ${TOKENS[tokens]}`;
}

const TOKENS: Record<TokenReach, string> = {
  space: "A token that is limited to some spaces may use it for these.",
  run: "A token that is limited to some spaces may use it for runs of these.",
  filtered: "For a token that is limited to some spaces it leaves the others out.",
  unlimited: "Not for tokens that are limited to some spaces.",
  none: "Not for API tokens.",
};

function parametersOf(schema: z.ZodType, place: "path" | "query", writer: SchemaWriter): OpenApiParameter[] {
  const { properties = {}, required = [] } = writer.write(schema, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, part]) => ({
    ...{ name, in: place, required: place === "path" || required.includes(name), schema: part },
  }));
}

function headersOf(operation: Operation): OpenApiParameter[] {
  return Object.entries(requestHeadersOf(operation)).map(([name, header]) => ({
    ...{ name, in: "header", required: false, ...header },
  }));
}

function describeSuccess(operation: Operation, writer: SchemaWriter): OpenApiResponse {
  const schema = writer.write(operation.response, "output");
  const headers = responseHeadersOf(operation);
  if (operation.output === "file") {
    const text: MediaType = { schema: { type: "string" } };
    return { description: "A file to download.", headers, content: { "text/csv": text } };
  }
  const example = sampleOf(schema, writer.named, { isAnswer: true });
  if (operation.output === "stream") {
    // OpenAPI 3.1 knows no streams: the text's content is what the data of each event is.
    const frames = { type: "string", contentMediaType: "application/json", contentSchema: schema };
    const text: MediaType = { schema: frames, example: `data: ${JSON.stringify(example)}\n\n` };
    return { description: "Server-sent events.", headers, content: { "text/event-stream": text } };
  }
  const description = operation.successStatus === 202 ? "Taken on; it is done in the background." : "Done.";
  return { description, headers, content: { "application/json": { schema, example } } };
}

function describeProblem(code: ProblemCode, schema: JsonSchema): OpenApiResponse {
  const { status, title } = PROBLEM_TYPES[code];
  const example = {
    type: `urn:reclaim:problem:${code}`,
    ...{ code, title, status, detail: title, requestId: "req_4mXq7wYb2Lk1" },
  };
  return {
    description: title,
    headers: problemHeadersOf(status),
    content: { [PROBLEM_MEDIA_TYPE]: { schema, example } },
  };
}
