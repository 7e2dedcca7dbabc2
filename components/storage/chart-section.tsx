"use client";

import { type ReactNode, useState } from "react";
import { Button } from "../ui/button";
import { Section } from "../ui/section";

/** A chart with the same facts as a table behind a button: nobody has to see it to read it. */
export function ChartSection({
  title,
  description,
  chart,
  table,
}: {
  title: string;
  description: ReactNode;
  chart: ReactNode;
  table: ReactNode;
}) {
  const [isTable, setIsTable] = useState(false);
  return (
    <Section
      title={title}
      description={description}
      actions={
        <Button
          size="sm"
          aria-label={`${title}: ${isTable ? "show as chart" : "show as table"}`}
          onClick={() => setIsTable(!isTable)}
        >
          {isTable ? "Show as chart" : "Show as table"}
        </Button>
      }
    >
      {isTable ? table : chart}
    </Section>
  );
}
