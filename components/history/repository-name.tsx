import { Fragment } from "react";

/** A repository's name that breaks after its slashes and hyphens before it breaks anywhere else. */
export function RepositoryName({ name }: { name: string }) {
  const parts = name.split(/(?<=[/-])/);
  return (
    <span className="[overflow-wrap:anywhere]">
      {parts.map((part, index) => {
        const key = `${index} ${part}`;
        return (
          <Fragment key={key}>
            {part}
            {index < parts.length - 1 ? <wbr /> : null}
          </Fragment>
        );
      })}
    </span>
  );
}
