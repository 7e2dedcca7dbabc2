import { AppError } from "@/server/platform/app-error";

/**
 * What cannot be undone is confirmed by typing the name of the space, letter by letter. `path`: where the request has it.
 * @throws AppError unprocessable
 */
export function requireTypedName(space: { name: string }, typedName: string, path = "typedName"): void {
  if (typedName === space.name) return;
  throw new AppError("unprocessable", `Type the name of the registry space, ${space.name}, to purge for good.`, [
    { path, message: "is not the name of the registry space" },
  ]);
}
