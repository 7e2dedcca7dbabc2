import type { OpenApiOperation } from "@/contracts/openapi";

/** A line for a shell that calls an operation; ids are variables, so that it can be pasted and run. */
export function curlExample(origin: string, method: string, path: string, operation: OpenApiOperation): string {
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => `$${constantCase(name)}`);
  const required = operation.parameters.filter((parameter) => parameter.in === "query" && parameter.required);
  const query = required.map(({ name }) => `${name}=$${constantCase(name)}`).join("&");
  const body = operation.requestBody?.content["application/json"]?.example;
  const hasBody = body !== undefined && JSON.stringify(body) !== "{}";
  const lines = [
    `curl ${"text/event-stream" in contentOf(operation) ? "-N " : ""}${method === "GET" ? "" : `-X ${method} `}"${origin}${target}${query ? `?${query}` : ""}"`,
    ...(operation.security ? [] : ['-H "Authorization: Bearer $RECLAIM_TOKEN"']),
    ...(operation.requestBody ? ['-H "Content-Type: application/json"', `-d '${quoted(hasBody ? body : {})}'`] : []),
  ];
  return lines.join(" \\\n  ");
}

function contentOf({ responses }: OpenApiOperation): Record<string, unknown> {
  const answer = Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1];
  return answer && "content" in answer ? (answer.content ?? {}) : {};
}

function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, "_$&").toUpperCase();
}

/** JSON between single quotes of a shell. */
function quoted(value: unknown): string {
  return JSON.stringify(value).replaceAll("'", "'\\''");
}
