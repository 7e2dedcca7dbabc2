// The items of a run as executors of other areas journal them: stores belong to their area, this is the door to this one.

export { itemHits, type KeptHit, keptHits, type RunRules, runRules } from "./item-hits";
export { copyPlanItems } from "./plan-items.store";
export type { PlanRow } from "./plan-row-bytes";
export { copyPlanRows, createPlanRows, dropPlanRows, skipUnplanned } from "./plan-rows.store";
export { PlanSpool } from "./plan-spool";
export {
  countItems,
  deleteRunItems,
  findRunItem,
  type ItemWrite,
  insertRunItems,
  leaveOutPlannedItems,
  listItemsToMove,
  lockRunItems,
  type NewRunItem,
  type RunItemRecord,
  writeRunItem,
} from "./run-item.store";
export { listUnendedItems, writeRunItems } from "./run-item-writes.store";
