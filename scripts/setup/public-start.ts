import { passwordProblem } from "@/domain/access/password-rules";
import { UserError } from "@/scripts/setup/terminal";

export interface FirstAdmin {
  email: string;
  password: string;
}

/** Whether others than this machine reach the console: what is printed on a terminal is no password for them. */
export function isPublicUrl(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return !(host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host));
}

/**
 * Who is to be the first admin of an installation (`RECLAIM_ADMIN_EMAIL`, `RECLAIM_ADMIN_PASSWORD`); null = the demo's.
 * @throws UserError for half of it, and for a password that may not be
 */
export function readFirstAdmin(environment: Record<string, string | undefined>): FirstAdmin | null {
  const email = environment.RECLAIM_ADMIN_EMAIL?.trim().toLowerCase() ?? "";
  const password = environment.RECLAIM_ADMIN_PASSWORD ?? "";
  if (email === "" && password === "") return null;
  if (!/^\S+@\S+$/.test(email)) throw new UserError("RECLAIM_ADMIN_EMAIL must be an e-mail address.");
  const problem = passwordProblem(password, { email, name: "" });
  if (problem) throw new UserError(`RECLAIM_ADMIN_PASSWORD is no password for an admin. ${problem}`);
  return { email, password };
}

/**
 * Refuses to open a public address with an account that the first start made for trying things out.
 * @throws UserError saying what to do
 */
export function refusePublicDemo(facts: {
  url: string;
  hasUsers: boolean;
  /** The demo's account is there, and its password is the one that was printed. */
  hasDemoPassword: boolean;
  firstAdmin: FirstAdmin | null;
}): void {
  const { url, hasUsers, hasDemoPassword, firstAdmin } = facts;
  if (!isPublicUrl(url)) return;
  if (!hasUsers && firstAdmin === null)
    throw new UserError(
      `RECLAIM_URL=${url} is for others too, and the demo's account is for this machine only. Set RECLAIM_ADMIN_EMAIL and RECLAIM_ADMIN_PASSWORD: they are the first admin's.`,
    );
  if (hasDemoPassword)
    throw new UserError(
      `RECLAIM_URL=${url} is for others too, and the demo's account still has the password that was printed here. Start once without RECLAIM_URL, and change it under "Your account" or disable the account.`,
    );
}
