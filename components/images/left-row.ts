let left: { listKey: string; index: number } | null = null;

/** Remembers the row whose page is opened: who comes back to the same list finds the focus there. */
export function leaveRow(listKey: string, index: number): void {
  left = { listKey, index };
}

/** The row that was left in this list; null where none was, or another list was looked at since. */
export function rowLeft(listKey: string): number | null {
  return left?.listKey === listKey ? left.index : null;
}

export function forgetLeftRow(): void {
  left = null;
}
