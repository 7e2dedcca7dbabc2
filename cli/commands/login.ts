import { hostname } from "node:os";
import type { Command } from "commander";
import { getMe } from "@/contracts/access";
import { callOperation, ProblemError } from "@/contracts/call";
import { createMyToken, revokeMyToken } from "@/contracts/tokens";
import { ROLES, type Role } from "@/domain/access/permissions";
import { ask, isAnswerable, readStandardInput } from "../ask";
import { examples, wholeNumber, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { note, printDetails, printJson, printLine } from "../output/print";
import { patientFetch } from "../patient-fetch";
import { type GlobalOptions, sessionWith } from "../session";
import { normalizeHost, readSettings, writeSettings } from "../settings";

interface LoginOptions {
  token?: string;
  tokenStdin?: boolean;
  email?: string;
  passwordStdin?: boolean;
  role: Role;
  expiresInDays: number;
}

/** `login`, `logout`, `whoami`. */
export function addLoginCommands(program: Command): void {
  const login = program
    .command("login")
    .description("Sign in at a console, with an API token, or with e-mail address and password that make one")
    .option("--token-stdin", "read an API token from standard input")
    .option("--token <token>", "an API token; others on this machine may see it: --token-stdin is better")
    .option("--email <address>", "the account; a personal token is made for this machine")
    .option("--password-stdin", "read the password from standard input")
    .option("--role <role>", `the most that the new token may do: ${ROLES.join(", ")}`, "admin")
    .option("--expires-in-days <days>", "how long the new token works", wholeNumber, 90)
    .action((_options, command: Command) => signIn(command.optsWithGlobals<LoginOptions & GlobalOptions>()));
  examples(
    login,
    "reclaim login --host https://reclaim.example.com",
    "reclaim login --host https://reclaim.example.com --token-stdin < token.txt",
    "reclaim login --email ada@acme.example --password-stdin < password.txt",
  );

  program
    .command("logout")
    .description("Forget the token of a console; one that signing in made is revoked")
    .action((_options, command: Command) => signOut(command.optsWithGlobals<GlobalOptions>()));

  program
    .command("whoami")
    .description("Who is signed in, where, and with what")
    .action(
      withSession(async (session) => {
        const me = await session.call(getMe, {});
        if (session.isJson) return printJson(me);
        printDetails([
          ["Console", session.host],
          ["Signed in as", me.user.email ? `${me.user.name} <${me.user.email}>` : me.user.name],
          ["Token", me.token ? `${me.token.name}, at most ${me.token.role}` : null],
          ["Platform admin", me.user.isPlatformAdmin ? "yes" : null],
          ["Workspaces", me.workspaces.map(({ slug, role }) => `${slug} (${role})`).join(", ") || "none"],
        ]);
      }),
    );
}

async function signIn(options: LoginOptions & GlobalOptions): Promise<void> {
  const settings = readSettings();
  const address = options.host ?? process.env.RECLAIM_HOST ?? settings.current ?? (await askFor("Console: "));
  const host = normalizeHost(address);
  if (isSentInTheOpen(host)) note(`Careful: the token is sent to ${host} without encryption.`);
  const { token, tokenId } = await obtainToken(host, options);
  const session = sessionWith({ host, token, options: {} });
  const me = await session.call(getMe, {});
  const [only, another] = me.workspaces;
  const known = settings.hosts[host];
  const isKnown = me.workspaces.some(({ slug }) => slug === known?.workspace);
  const workspace = only && !another ? only.slug : isKnown ? (known?.workspace ?? null) : null;
  const account = me.user.email || me.user.name;
  const space = isKnown ? (known?.space ?? null) : null;
  writeSettings({ current: host, hosts: { ...settings.hosts, [host]: { token, tokenId, account, workspace, space } } });
  if (options.json) return printJson(me);
  printLine(`Signed in at ${host} as ${account}.`);
  if (workspace) printLine(`Workspace: ${workspace}`);
  else if (another) printLine(`Choose a workspace: reclaim workspace use ${only?.slug}`);
}

async function obtainToken(host: string, options: LoginOptions): Promise<{ token: string; tokenId: string | null }> {
  if (options.token && options.tokenStdin) throw new CliError("Give the token once.", EXIT.usage);
  if (options.token) return { token: options.token, tokenId: null };
  if (options.tokenStdin) return { token: (await readStandardInput()).trim(), tokenId: null };
  const email = options.email ?? (await askFor("E-mail: "));
  const password = options.passwordStdin
    ? (await readStandardInput()).replace(/\r?\n$/, "")
    : await askFor("Password: ", { isSecret: true });
  const basic = Buffer.from(`${email}:${password}`).toString("base64");
  const name = `reclaim on ${hostname()}`.slice(0, 80);
  const created = await callOperation(
    createMyToken,
    { body: { name, role: options.role, expiresInDays: options.expiresInDays } },
    { baseUrl: host, headers: { authorization: `Basic ${basic}` }, fetch: patientFetch },
  );
  return { token: created.secret, tokenId: created.token.id };
}

/** @throws CliError where nobody is there to answer */
async function askFor(question: string, options: { isSecret?: boolean } = {}): Promise<string> {
  if (!isAnswerable()) {
    throw new CliError("Say who you are: --token-stdin, or --email with --password-stdin, and --host.", EXIT.usage);
  }
  return (await ask(question, options)).trim();
}

function isSentInTheOpen(host: string): boolean {
  const { protocol, hostname: name } = new URL(host);
  return protocol === "http:" && !/^(localhost|127\.|\[::1\])/.test(name);
}

async function signOut(options: GlobalOptions): Promise<void> {
  const settings = readSettings();
  const address = options.host ?? process.env.RECLAIM_HOST ?? settings.current;
  const host = address ? normalizeHost(address) : "";
  const saved = settings.hosts[host];
  if (!saved) throw new CliError("You are not signed in.", EXIT.access);
  const { [host]: _gone, ...hosts } = settings.hosts;
  if (saved.tokenId) {
    const session = sessionWith({ host, token: saved.token, options: {} });
    try {
      await session.call(revokeMyToken, { params: { tokenId: saved.tokenId } });
    } catch (error) {
      // Revoked already, or the console is gone: forgetting it is all that is left to do.
      if (!(error instanceof ProblemError)) throw error;
      if (![401, 404].includes(error.problem.status)) note(`The token was not revoked: ${error.message}`);
    }
  }
  writeSettings({ current: Object.keys(hosts)[0] ?? null, hosts });
  printLine(`Signed out at ${host}.`);
}
