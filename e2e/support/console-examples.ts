import { spawn } from "node:child_process";

/** A command of a document, and what the document says that it prints. */
interface ConsoleExample {
  line: number;
  command: string;
  expected: string;
}

/** The `console` blocks of a Markdown text: lines after `$ `, with what follows each. */
export function consoleExamples(markdown: string): ConsoleExample[] {
  const found: ConsoleExample[] = [];
  let isInside = false;
  for (const [at, text] of markdown.split("\n").entries()) {
    const last = found.at(-1);
    if (text.startsWith("```")) isInside = text === "```console";
    else if (!isInside) continue;
    else if (text.startsWith("$ ")) found.push({ line: at + 1, command: text.slice(2), expected: "" });
    else if (last?.command.endsWith("\\") && last.expected === "") last.command += `\n${text}`;
    else if (last) last.expected += `${text}\n`;
  }
  return found;
}

export interface ConsoleResult extends ConsoleExample {
  printed: string;
  exitCode: number;
}

const BEGIN = "@@begin";
const END = "@@end";

/** Runs all of them in one shell, one after the other, so that variables and `$?` mean what they would for a person. */
export async function runConsoleExamples(
  examples: readonly ConsoleExample[],
  options: {
    cwd: string;
    env: Record<string, string>;
    /** what somebody else does right before a command, by the command */
    before?: Record<string, string>;
  },
): Promise<ConsoleResult[]> {
  const script = examples.flatMap(({ command }, at) => [
    ...(options.before?.[command] ? [`${options.before[command]} > /dev/null 2>&1`] : []),
    `printf '\\n${BEGIN} %s\\n' ${at}`,
    // Of the command before, for whoever asks.
    "(exit $status)",
    command,
    "status=$?",
    `printf '\\n${END} %s %s\\n' ${at} $status`,
  ]);
  const { output } = await runShell(["status=0", ...script].join("\n"), options);
  return examples.map((example, at) => {
    const pattern = new RegExp(`\\n${BEGIN} ${at}\\n([\\s\\S]*?)\\n${END} ${at} (\\d+)\\n`);
    const [, printed = "", exitCode = "-1"] = pattern.exec(output) ?? [];
    return { ...example, printed, exitCode: Number(exitCode) };
  });
}

/** What a shell prints, both streams in the order in which it did. */
export async function runShell(
  script: string,
  options: { cwd: string; env: Record<string, string>; input?: string },
): Promise<{ output: string; exitCode: number }> {
  const child = spawn("bash", ["-c", `exec 2>&1\n${script}`], {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  // One that ended without reading has said why by its end.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const exitCode = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
  return { output, exitCode };
}

/** What was printed is what the document says: `…` stands for anything, alone in a line for any lines; widths of columns do not count. */
export function fits(printed: string, expected: string): boolean {
  const lines = expected.trimEnd().split("\n");
  const pattern = lines.map((line) => (line === "…" ? "(?:.*\\n)*" : `${linePattern(line)}\\n`)).join("");
  return new RegExp(`^${pattern}$`).test(`${printed.replace(/[ \t]+$/gm, "").trim()}\n`);
}

function linePattern(line: string): string {
  const escaped = line.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return escaped.replace(/ {2,}/g, " +").replaceAll("…", ".*");
}
