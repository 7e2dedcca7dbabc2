import { CopyBlock } from "@/components/ui/copy-block";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import type { OpenApiDocument, OpenApiOperation } from "@/contracts/openapi";
import { curlExample } from "./curl-example";
import { FieldList } from "./field-list";
import { MethodBadge } from "./method-badge";
import { schemaFields, typeText } from "./schema-fields";

export interface OperationDetailsProps {
  document: OpenApiDocument;
  operation: OpenApiOperation;
  method: string;
  path: string;
  /** of this console, for the lines to copy */
  origin: string;
}

/** One operation for reading: what it does, who may, what it takes and what it answers. */
export function OperationDetails({ document, operation, method, path, origin }: OperationDetailsProps) {
  const named = document.components.schemas;
  const body = operation.requestBody?.content["application/json"];
  const parameters = operation.parameters.map(({ name, in: place, required, schema, description }) => {
    const [field] = schemaFields({ type: "object", properties: { [name]: schema } }, named);
    const note = [place === "query" ? "" : place, field?.note, description].filter(Boolean).join(" · ");
    return { name, type: typeText(schema, named), isRequired: required, note, fields: [] };
  });
  const answers = Object.entries(operation.responses).map(([status, answer]) => {
    const name = "$ref" in answer ? answer.$ref.split("/").at(-1) : undefined;
    const response = name === undefined ? answer : document.components.responses[name];
    const { description = "", content = {} } = response && "description" in response ? response : {};
    return { status, isGood: status.startsWith("2"), description, content };
  });
  return (
    <article>
      <PageHeader
        title={operation.summary}
        description={operation.description.replaceAll("`", "")}
        breadcrumbs={[
          { label: "API", href: "/docs/api" },
          { label: operation.tags[0] ?? "" },
          { label: operation.operationId },
        ]}
      />
      <p className="mb-5 flex flex-wrap items-baseline gap-x-2 rounded-md border border-rule bg-sunken px-3 py-2 font-mono text-sm">
        <MethodBadge method={method} className="w-auto" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{path}</span>
      </p>
      <Section title="Try it">
        <CopyBlock label="curl line" code={curlExample(origin, method, path, operation)} />
      </Section>
      {parameters.length > 0 ? (
        <Section title="Parameters">
          <FieldList label="Parameters" fields={parameters} />
        </Section>
      ) : null}
      {body && schemaFields(body.schema, named).length > 0 ? (
        <Section title="Body">
          <FieldList label="Fields of the body" fields={schemaFields(body.schema, named)} />
          <CopyBlock className="mt-3" label="example body" code={JSON.stringify(body.example, null, 2)} />
        </Section>
      ) : null}
      {answers
        .filter(({ isGood }) => isGood)
        .map(({ status, description, content }) => {
          const [mediaType = "", media] = Object.entries(content)[0] ?? [];
          const schema = (media?.schema.contentSchema ?? media?.schema ?? {}) as Parameters<typeof schemaFields>[0];
          const fields = schemaFields(schema, named);
          const example = typeof media?.example === "string" ? media.example : JSON.stringify(media?.example, null, 2);
          return (
            <Section key={status} title={`Answer ${status}`} description={`${description} ${mediaType}`}>
              {fields.length > 0 ? <FieldList label="Fields of the answer" fields={fields} /> : null}
              {example ? (
                <details className="mt-3">
                  <summary className="w-fit cursor-pointer rounded-sm text-accent hover:underline">Example</summary>
                  <CopyBlock className="mt-2" label="example answer" code={example} />
                </details>
              ) : null}
            </Section>
          );
        })}
      <Section title="What may go wrong" description="Problem documents, application/problem+json.">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {answers
            .filter(({ isGood }) => !isGood)
            .map(({ status, description }) => (
              <div key={status} className="contents">
                <dt className="font-mono text-sm">{status}</dt>
                <dd className="text-muted">{description}</dd>
              </div>
            ))}
        </dl>
      </Section>
    </article>
  );
}
