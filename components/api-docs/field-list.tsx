import type { SchemaField } from "./schema-fields";

/** Fields with their types; what is inside one is opened where it is wanted. */
export function FieldList({ fields, label }: { fields: readonly SchemaField[]; label: string }) {
  return (
    <ul aria-label={label} className="divide-y divide-rule border-rule border-y">
      {fields.map((field) => (
        <li key={field.name} className="py-1.5">
          <div className="flex flex-wrap items-baseline gap-x-3">
            <code className="font-mono text-sm [overflow-wrap:anywhere]">{field.name}</code>
            <span className="min-w-0 text-muted text-sm [overflow-wrap:anywhere]">{field.type}</span>
            {field.isRequired ? <span className="text-sm text-warning">required</span> : null}
            {field.note ? <span className="text-sm text-subtle">{field.note}</span> : null}
          </div>
          {field.fields.length > 0 ? (
            <details className="mt-1">
              <summary className="w-fit cursor-pointer rounded-sm text-accent text-sm hover:underline">
                {field.fields.length} inside <span className="sr-only">{field.name}</span>
              </summary>
              <div className="mt-1 border-rule-strong border-l pl-3">
                <FieldList fields={field.fields} label={`Fields of ${field.name}`} />
              </div>
            </details>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
