import { Argument, type Command } from "commander";
import { printLine } from "../output/print";

const SHELLS = ["bash", "zsh", "fish"] as const;

const SCRIPTS: Record<(typeof SHELLS)[number], string> = {
  bash: `_reclaim() {
  local IFS=$'\\n'
  COMPREPLY=($(reclaim __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _reclaim reclaim`,
  zsh: `#compdef reclaim
_reclaim() {
  local -a found
  local line
  while IFS=$'\\t' read -r name text; do
    found+=("\${name}:\${text}")
  done < <(reclaim __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe reclaim found || _files
}
compdef _reclaim reclaim`,
  fish: `complete -c reclaim -e
complete -c reclaim -a '(reclaim __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** What a shell evaluates to complete commands and options. */
export function completionScript(shell: (typeof SHELLS)[number]): string {
  return SCRIPTS[shell];
}

/** `completion`, and what the shells call for it. */
export function addCompletionCommands(program: Command): void {
  program
    .command("completion")
    .description("Print a script that completes commands and options")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  $ echo 'eval "$(reclaim completion bash)"' >> ~/.bashrc
  $ echo 'eval "$(reclaim completion zsh)"' >> ~/.zshrc
  $ reclaim completion fish > ~/.config/fish/completions/reclaim.fish`,
    )
    .action((shell: (typeof SHELLS)[number]) => printLine(completionScript(shell)));

  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: string[]) => {
      for (const { name, text } of completionsOf(program, words)) printLine(`${name}\t${text}`);
    });
}

/** What the last of some words may become, with what it means: commands, or options once it begins with a dash. */
export function completionsOf(program: Command, words: readonly string[]): { name: string; text: string }[] {
  const begun = words.at(-1) ?? "";
  let command = program;
  for (const word of words.slice(0, -1)) {
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  const help = command.createHelp();
  const options = [...help.visibleOptions(command), ...(command === program ? [] : help.visibleOptions(program))];
  const found = begun.startsWith("-")
    ? options.map((option) => ({ name: option.long ?? option.flags, text: option.description }))
    : help.visibleCommands(command).map((one) => ({ name: one.name(), text: one.description() }));
  const names = new Set<string>();
  return found.filter(({ name }) => {
    if (!name.startsWith(begun) || names.has(name)) return false;
    names.add(name);
    return true;
  });
}
