const ELSEWHERE = "Signing in elsewhere did not work. Try again; if it stays, tell your administrator.";
const WORDS: Record<string, string> = {
  "sso-unknown":
    "You have no account here and no open invitation. Ask an admin of your workspace to invite you, then come back.",
  "sso-unverified":
    "Your provider does not say that your e-mail address is yours, so it is matched with no account. Ask its administrator to verify it.",
  "sso-disabled": "Your account is disabled. Ask a platform admin.",
  CredentialsSignin: "This e-mail and password do not belong together.",
  AccessDenied: "You were not let in elsewhere.",
};

/** Why somebody was sent back to the sign-in page, as a sentence; null where nothing went wrong. What nobody knows is no text of the page. */
export function refusalWords(code: string | readonly string[] | undefined): string | null {
  if (typeof code !== "string") return null;
  return (Object.hasOwn(WORDS, code) ? WORDS[code] : undefined) ?? ELSEWHERE;
}
