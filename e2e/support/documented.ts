import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openApiDocument } from "@/contracts/openapi";
import type { Operation } from "@/contracts/operation";

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "api");
const validators = new Map<string, ValidateFunction>();

/**
 * Holds an answer against the OpenAPI document that the console gives out; of a stream each frame that was read.
 * @throws Error for a status or media type that the document does not have, and for a body that is not what it says
 */
export function expectDocumented(
  operation: Operation,
  answer: { status: number; contentType: string; text: string },
): void {
  const { responses } = document.paths[operation.path]?.[operation.method.toLowerCase()] ?? {};
  const response = responses?.[String(answer.status)];
  const what = `${operation.id} answered ${answer.status} ${answer.contentType}`;
  if (!response) throw new Error(`${what}, which the OpenAPI document does not have: ${answer.text.slice(0, 500)}`);
  const code = "$ref" in response ? (response.$ref.split("/").at(-1) ?? "") : null;
  const content =
    code === null
      ? "content" in response
        ? response.content
        : undefined
      : document.components.responses[code]?.content;
  const mediaType = (answer.contentType.split(";")[0] ?? "").trim();
  if (!content?.[mediaType]) throw new Error(`${what}, which the OpenAPI document has with another media type`);
  const isStream = mediaType === "text/event-stream";
  if (!isStream && mediaType !== "application/json" && mediaType !== "application/problem+json") return;
  const place =
    code === null
      ? ["paths", operation.path, operation.method.toLowerCase(), "responses", String(answer.status)]
      : ["components", "responses", code];
  const isValid = validatorAt([...place, "content", mediaType, "schema", ...(isStream ? ["contentSchema"] : [])]);
  for (const text of isStream ? dataOfFrames(answer.text) : [answer.text]) {
    if (isValid(JSON.parse(text))) continue;
    throw new Error(
      `${what}, not as the OpenAPI document says: ${ajv.errorsText(isValid.errors)}\n${text.slice(0, 500)}`,
    );
  }
}

/** What the frames of a stream of server-sent events carry; those without data (keep-alives) are left out. */
export function dataOfFrames(text: string): string[] {
  const whole = text.slice(0, text.lastIndexOf("\n\n") + 1);
  return whole.split("\n\n").flatMap((frame) => {
    const data = frame.split("\n").filter((line) => line.startsWith("data: "));
    return data.length > 0 ? [data.map((line) => line.slice("data: ".length)).join("\n")] : [];
  });
}

function validatorAt(pointer: readonly string[]): ValidateFunction {
  const key = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  const known = validators.get(key);
  if (known) return known;
  const made = ajv.compile({ $ref: `api#/${key}` });
  validators.set(key, made);
  return made;
}
