import type { Command } from "commander";
import {
  type ApiTokenDto,
  createMyToken,
  createWorkspaceToken,
  listMyTokens,
  listWorkspaceTokens,
  revokeMyToken,
  revokeWorkspaceToken,
} from "@/contracts/tokens";
import { ROLES, type Role } from "@/domain/access/permissions";
import { collect, examples, wholeNumber, withSession } from "../command";
import { note, printJson, printLine, printTable } from "../output/print";
import { ago } from "../output/text";
import { pick, type Session } from "../session";

interface TokenOptions {
  robot?: boolean;
}
interface CreateOptions extends TokenOptions {
  role: Role;
  onlySpace?: string[];
  expiresInDays: number;
  expires: boolean;
}

/** `token list create revoke`. */
export function addTokenCommands(program: Command): void {
  const token = program
    .command("token")
    .description("API tokens: personal ones, and with --robot those of the workspace");
  examples(
    token,
    "reclaim token create ci --robot --role editor --only-space acme --expires-in-days 365",
    "reclaim token list --robot",
    "reclaim token revoke ci --robot",
  );

  token
    .command("list")
    .description("Tokens, without their secrets")
    .option("--robot", "those of the workspace")
    .action(
      withSession(async (session, options: TokenOptions) => {
        const items = await listTokens(session, options);
        if (session.isJson) return printJson({ items });
        const rows = items.map((one) => [
          ...[one.name, one.role, one.hint, one.spaces?.map(({ name }) => name).join(", ") ?? "all"],
          ...[one.isExpired ? "expired" : one.expiresAt ? ago(one.expiresAt) : "never", ago(one.lastUsedAt), one.id],
        ]);
        printTable(["NAME", "ROLE", "TOKEN", "SPACES", "EXPIRES", "LAST USED", "ID"], rows, "There is no token.");
      }),
    );

  token
    .command("create")
    .description("Make a token; its secret is shown this once, on standard output alone")
    .argument("<name>")
    .option("--robot", "of the workspace, not of a person")
    .option("--role <role>", `the most that it may do: ${ROLES.join(", ")}`, "viewer")
    .option("--only-space <space>", "name, prefix or id; repeat it. All spaces where it is left out", collect)
    .option("--expires-in-days <days>", "how long it works", wholeNumber, 90)
    .option("--no-expires", "it works until somebody revokes it")
    .action(
      withSession(async (session, options: CreateOptions, name: string) => {
        const isOfWorkspace = options.robot || options.onlySpace !== undefined;
        const workspaceId = isOfWorkspace ? (await session.workspace()).id : null;
        const spaceIds: string[] = [];
        for (const wanted of options.onlySpace ?? []) spaceIds.push((await session.space(wanted)).id);
        const body = {
          ...{ name, role: options.role, spaceIds: spaceIds.length > 0 ? spaceIds : null },
          expiresInDays: options.expires ? options.expiresInDays : null,
        };
        const created =
          options.robot && workspaceId
            ? await session.call(createWorkspaceToken, { params: { workspaceId }, body })
            : await session.call(createMyToken, { body: { ...body, workspaceId } });
        if (session.isJson) return printJson(created);
        note("This is shown only now; keep it where nobody else reads it.");
        printLine(created.secret);
      }),
    );

  token
    .command("revoke")
    .description("Revoke a token, and those that were made through it")
    .argument("<token>", "name or id")
    .option("--robot", "one of the workspace")
    .action(
      withSession(async (session, options: TokenOptions, wanted: string) => {
        const one = pick(await listTokens(session, options), {
          ...{ what: "token", wanted, names: ({ name, id }) => [name, id], label: ({ name }) => name },
        });
        const params = { tokenId: one.id };
        const answer = options.robot
          ? await session.call(revokeWorkspaceToken, {
              params: { ...params, workspaceId: (await session.workspace()).id },
            })
          : await session.call(revokeMyToken, { params });
        if (session.isJson) return printJson(answer);
        printLine(`Revoked ${one.name}.`);
      }),
    );
}

async function listTokens(session: Session, options: TokenOptions): Promise<ApiTokenDto[]> {
  if (!options.robot) return (await session.call(listMyTokens, {})).items;
  const { id: workspaceId } = await session.workspace();
  return (await session.call(listWorkspaceTokens, { params: { workspaceId } })).items;
}
