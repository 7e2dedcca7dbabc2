import { listTagQuotaRows, type TagQuotaRow } from "./tag-quota.store";

/** Tags and quota of every workspace, by name. */
export function listTagUsages(): Promise<TagQuotaRow[]> {
  return listTagQuotaRows(null);
}
