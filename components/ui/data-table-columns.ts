import type { ReactNode } from "react";

export type Column<Row> = {
  id: string;
  /** The heading; also the label of the value in a narrow, stacked row. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** A CSS width ("120px", "20%"). Columns without one share what is left. */
  width?: string;
  /** `end` for numbers and sizes. */
  align?: "start" | "end";
  sortable?: boolean;
  /** The first click on the heading sorts this way; sizes and dates usually start with the largest. */
  firstDirection?: Sort["direction"];
  /** In a stacked row below 640 px: 1 is its title (no label), 2 (the default) a labelled line, 3 is left out. */
  priority?: 1 | 2 | 3;
  /** Long values wrap instead of being cut; makes rows taller. */
  wrap?: boolean;
  /** The heading is only for assistive technology (a column of buttons). */
  hideHeader?: boolean;
};

export type Sort = { columnId: string; direction: "ascending" | "descending" };

export type RowSelection<Row> = {
  /** Keys of the selected rows; may hold keys of rows that are not on screen. */
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
  isSelectable?: (row: Row) => boolean;
};
