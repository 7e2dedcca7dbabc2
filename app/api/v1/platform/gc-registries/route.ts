import { listGcRegistries as listGcRegistriesOperation } from "@/contracts/gc-settings";
import { listGcRegistries } from "@/server/gc/list-gc-registries";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(listGcRegistriesOperation, (actor) => listGcRegistries(actor));
