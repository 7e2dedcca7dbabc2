import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { CliError, EXIT } from "./exit-code";

/** Whether somebody is there to answer. */
export function isAnswerable(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal, so that what is piped on stays clean. @throws CliError where nobody answers */
export function ask(question: string, options: { isSecret?: boolean } = {}): Promise<string> {
  const screen = new Writable({
    write(chunk, _encoding, done) {
      // While a password is typed nothing of it is shown.
      if (!options.isSecret || String(chunk) === question) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output: screen, terminal: true });
  return new Promise((resolve, reject) => {
    reader.on("SIGINT", () => {
      reader.close();
      reject(new CliError("", EXIT.cancelled));
    });
    reader.question(question, (answer) => {
      reader.close();
      if (options.isSecret) process.stderr.write("\n");
      resolve(answer);
    });
  });
}

/**
 * Lets somebody agree first to what cannot be taken back, or costs others something.
 * @throws CliError where they do not, or nobody is there and `--force` was not given
 */
export async function confirm(text: string, options: { force?: boolean | undefined }): Promise<void> {
  if (options.force) return;
  if (!isAnswerable()) throw new CliError(`${text}\nNobody is here to confirm it: add --force to go on.`, EXIT.usage);
  process.stderr.write(`${text}\n`);
  const answer = await ask("Go on? [y/N] ");
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError("Nothing was done.", EXIT.cancelled);
}

/** As `confirm`, for what is gone for good: a name has to be typed. */
export async function confirmTyped(
  text: string,
  name: string,
  options: { force?: boolean | undefined },
): Promise<void> {
  if (options.force) return;
  if (!isAnswerable()) throw new CliError(`${text}\nNobody is here to confirm it: add --force to go on.`, EXIT.usage);
  process.stderr.write(`${text}\n`);
  const answer = await ask(`Type ${name} to go on: `);
  if (answer.trim() !== name) throw new CliError("That is another name. Nothing was done.", EXIT.cancelled);
}

/** Everything that is piped in. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
