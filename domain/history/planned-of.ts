/** How many images a plan takes now: those that its limits leave for another run are not among them. */
export function plannedOf(numbers: { itemsTotal?: number | undefined; itemsLeftOut?: number | undefined }): number {
  return (numbers.itemsTotal ?? 0) - (numbers.itemsLeftOut ?? 0);
}
