import { setTagQuota as setTagQuotaOperation } from "@/contracts/tag-quotas";
import { setTagQuota } from "@/server/lifecycle/set-tag-quota";
import { signedInRoute } from "@/server/platform/http/route";

export const PUT = signedInRoute(setTagQuotaOperation, (actor, { params, body }) =>
  setTagQuota(actor, { ...params, ...body }),
);
