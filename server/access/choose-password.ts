import { passwordProblem } from "@/domain/access/password-rules";
import { AppError } from "@/server/platform/app-error";
import { hashPassword } from "@/server/platform/auth/password";

/** The hash of a password that this person may choose. @throws AppError unprocessable with what is wrong with it; `field` names its input */
export async function choosePassword(
  password: string,
  person: { email: string; name: string },
  field: string,
): Promise<string> {
  const problem = passwordProblem(password, person);
  if (problem) throw new AppError("unprocessable", problem, [{ path: `body.${field}`, message: problem }]);
  return hashPassword(password);
}
