import { doctlRoute } from "@/server/compatible-apis/doctl-route";
import { authenticateRequest } from "@/server/platform/auth/authenticate-request";

/** `doctl -u <this console> -t <token> registry …` */
const answer = doctlRoute("registry", authenticateRequest);

export { answer as DELETE, answer as GET, answer as POST, answer as PUT };
