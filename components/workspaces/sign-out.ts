import { signOut } from "next-auth/react";

/** Ends the session and loads the sign-in page (or another path) anew, so that nothing of it stays in this document. */
export async function signOutOfConsole(path = "/sign-in"): Promise<void> {
  await signOut({ redirect: false });
  window.location.assign(path);
}
