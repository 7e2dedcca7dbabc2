/** A text as part of a LIKE pattern in which it stands for itself: `%`, `_` and the backslash lose their meaning. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
