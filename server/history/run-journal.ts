// The items of a run as executors of other areas journal them: stores belong to their area, this is the door to this one.

export {
  copyPlanRows,
  createPlanRows,
  dropPlanRows,
  movePlanRows,
  type PlanRow,
  skipUnplanned,
} from "./plan-rows.store";
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
