/** What of a glob is read as it stands though it looks meant otherwise; null where nothing is. */
export function tagGlobProblem(glob: string): string | null {
  let isInBraces = false;
  for (const char of glob) {
    if (char === "{" && isInBraces) return "Braces cannot stand in braces";
    if (char === "}" && !isInBraces) return "A } has no { before it";
    if (char === "{") isInBraces = true;
    if (char === "}") isInBraces = false;
  }
  return isInBraces ? "A { is not closed" : null;
}

/**
 * The regular expression (POSIX advanced, as PostgreSQL has it) that finds a tag matching a glob in a text of tags that stand
 * between line feeds. `*` any number of characters, `?` one, `{a,b}` one of these (not nested); all within one tag. A brace
 * without its partner stands for itself.
 */
export function tagGlobRegex(glob: string): string {
  let regex = "";
  let isInBraces = false;
  for (let i = 0; i < glob.length; i++) {
    const char = glob.charAt(i);
    if (char === "*") regex += "[^\\n]*";
    else if (char === "?") regex += "[^\\n]";
    else if (char === "{" && !isInBraces && glob.indexOf("}", i) > i) {
      isInBraces = true;
      regex += "(?:";
    } else if (char === "}" && isInBraces) {
      isInBraces = false;
      regex += ")";
    } else if (char === "," && isInBraces) regex += "|";
    else regex += char.replaceAll(/[.+^$()|[\]\\{}]/g, "\\$&");
  }
  return `\\n${regex}\\n`;
}
