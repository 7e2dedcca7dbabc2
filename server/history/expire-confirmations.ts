import { cancelUnconfirmed } from "./confirmation.store";

/** For the reconciler: cancels runs that nobody confirmed by `now`. Answers how many. */
export function expireConfirmations(now: Date): Promise<number> {
  return cancelUnconfirmed(now);
}
