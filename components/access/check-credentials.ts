import { signIn } from "next-auth/react";
import { tooManyAttempts } from "@/domain/access/sign-in-limits";

// One sentence for an unknown address and for a wrong password: the form must not tell which people exist.
const WRONG = "This e-mail and password do not belong together.";
const UNREACHABLE = "The console could not check this now. Your password may still be right; try again in a moment.";

/** Signs in; nothing when that worked, else the sentence to show. */
export async function checkCredentials(email: string, password: string): Promise<string | undefined> {
  try {
    const answer = await signIn("credentials", { redirect: false, email, password });
    if (answer?.ok && !answer.error) return undefined;
    const locked = /^Locked:(\d+)$/.exec(answer?.error ?? "");
    if (locked) return tooManyAttempts(Number(locked[1]));
    return answer?.status === 401 ? WRONG : UNREACHABLE;
  } catch {
    return UNREACHABLE;
  }
}
