import { Check, Minus } from "lucide-react";
import { PERMISSIONS, ROLES, type Role, roleCan } from "@/domain/access/permissions";
import { cn } from "@/lib/cn";
import { ROLE_LABEL } from "./role-words";

/** The permission table as it is in force; the own role's column is marked. */
export function RoleMatrix({ ownRole }: { ownRole: Role }) {
  return (
    <table aria-label="Permissions by role" className="w-full max-w-3xl border-collapse">
      <thead>
        <tr className="border-rule-strong border-b text-left text-sm text-subtle">
          <th scope="col" className="h-8 pr-3 font-medium">
            Permission
          </th>
          {ROLES.map((role) => (
            <th
              key={role}
              scope="col"
              className={cn("h-8 w-24 px-2 text-center font-medium narrow:w-16", role === ownRole && "text-ink")}
            >
              {ROLE_LABEL[role]}
              {role === ownRole ? <span className="sr-only"> (your role)</span> : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Object.entries(PERMISSIONS).map(([permission, { sentence }]) => (
          <tr key={permission} className="border-rule border-b">
            <th scope="row" className="py-1.5 pr-3 text-left font-normal" title={permission}>
              {sentence}
            </th>
            {ROLES.map((role) => (
              <td key={role} className={cn("px-2 text-center", role === ownRole && "bg-selected")}>
                <Mark isAllowed={roleCan(role, permission)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Mark({ isAllowed }: { isAllowed: boolean }) {
  return (
    <span className="flex justify-center">
      {isAllowed ? (
        <Check className="size-4 text-accent" aria-hidden="true" />
      ) : (
        <Minus className="size-4 text-rule-strong" aria-hidden="true" />
      )}
      <span className="sr-only">{isAllowed ? "yes" : "no"}</span>
    </span>
  );
}
