// The items of a run as executors of other areas journal them: stores belong to their area, this is the door to this one.
export {
  countItemsByState,
  deleteRunItems,
  findRunItem,
  type ItemWrite,
  insertRunItems,
  leaveOutPlannedItems,
  listItemsToMove,
  type NewRunItem,
  type RunItemRecord,
  writeRunItem,
} from "./run-item.store";
