import type { BinFilterDto } from "@/contracts/recycle-bin";

/** Entries of a space: by id, or all that a filter finds held now but for some. */
export interface BinSelection {
  entryIds?: readonly string[] | undefined;
  filter?: BinFilterDto | undefined;
  exceptIds?: readonly string[] | undefined;
}
