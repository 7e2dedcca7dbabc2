/** Somebody who is signed in at the console: what to send with each request, and the same for a browser. */
export interface Session {
  email: string;
  password: string;
  headers: { cookie: string };
  storageState: { cookies: BrowserCookie[]; origins: [] };
}

interface BrowserCookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  httpOnly: boolean;
  secure: boolean;
  sameSite: "Lax";
}

const SESSION_COOKIE = "next-auth.session-token";

/**
 * Signs in over HTTP as the sign-in form does: CSRF token, then the credentials.
 * @throws Error when the console takes them not.
 */
export async function signIn(url: string, email: string, password: string): Promise<Session> {
  const csrf = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const answer = await fetch(`${url}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", cookie: cookieHeader(cookiesOf(csrf)) },
    body: new URLSearchParams({ csrfToken, email, password, json: "true" }),
  });
  const cookies = cookiesOf(answer).filter(([name]) => name === SESSION_COOKIE);
  if (cookies.length === 0) throw new Error(`${email} could not sign in: ${answer.status} ${await answer.text()}`);
  return {
    email,
    password,
    headers: { cookie: cookieHeader(cookies) },
    storageState: {
      cookies: cookies.map(([name, value]) => ({
        ...{ name, value, domain: new URL(url).hostname, path: "/", expires: -1 },
        ...{ httpOnly: true, secure: false, sameSite: "Lax" as const },
      })),
      origins: [],
    },
  };
}

function cookiesOf(response: Response): [string, string][] {
  return response.headers.getSetCookie().map((line) => {
    const pair = line.split(";")[0] ?? "";
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
}

function cookieHeader(cookies: readonly [string, string][]): string {
  return cookies.map(([name, value]) => `${name}=${value}`).join("; ");
}
