// The journal of a run's items, for the executors of other areas.
export {
  countItemsByState,
  type ItemWrite,
  insertRunItems,
  listItemsToMove,
  type NewRunItem,
  type RunItemRecord,
  writeRunItem,
} from "./run-item.store";
