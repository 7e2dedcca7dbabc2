import { listTagQuotas as listTagQuotasOperation } from "@/contracts/tag-quotas";
import { listTagQuotas } from "@/server/lifecycle/list-tag-quotas";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(listTagQuotasOperation, (actor) => listTagQuotas(actor));
