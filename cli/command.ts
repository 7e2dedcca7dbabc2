import { type Command, InvalidArgumentError } from "commander";
import { type GlobalOptions, openSession, type Session } from "./session";

/**
 * What a command does when it is called, with a session of whoever is signed in. Arguments come as they are declared: text, a list where
 * they end in `…`, undefined where one may be left out.
 */
export function withSession<Options extends object>(
  work: (session: Session, options: Options & GlobalOptions, ...args: never[]) => Promise<void>,
) {
  return async (...all: unknown[]): Promise<void> => {
    const command = all.at(-1) as Command;
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    await work(openSession(options), options, ...(command.processedArgs as never[]));
  };
}

/** Adds examples below a command's help. */
export function examples(command: Command, ...lines: string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/** Of an option that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is not a whole number.");
  return Number(text);
}

/** Of an option that may be given several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** "50MiB", "1.5 GB", "1024": bytes. */
export function byteCount(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)$/i.exec(text.trim()) ?? [];
  const letter = unit.charAt(0).toLowerCase();
  const power = ["k", "m", "g", "t"].indexOf(letter) + 1;
  if (digits === "") throw new InvalidArgumentError("Write a size such as 500MiB or 2GB.");
  return Math.round(Number(digits) * (/i/i.test(unit) ? 1024 : 1000) ** power);
}
