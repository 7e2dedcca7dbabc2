/** The registry's epoch, or the lock on it, is not ours any more: what was marked is worth nothing. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}
