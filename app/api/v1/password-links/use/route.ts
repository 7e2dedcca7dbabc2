import { choosePasswordByLink as choosePasswordByLinkOperation } from "@/contracts/account";
import { choosePasswordByLink } from "@/server/access/choose-password-by-link";
import { publicRoute } from "@/server/platform/http/route";

export const POST = publicRoute(choosePasswordByLinkOperation, ({ body }) => choosePasswordByLink(body));
