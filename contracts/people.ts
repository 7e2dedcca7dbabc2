import { z } from "zod";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "@/domain/access/password-rules";
import { hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM } from "./common";

/** An e-mail address as it is kept: trimmed, lower case. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email("use an e-mail address"));

export const personNameSchema = z
  .string()
  .trim()
  .min(1, "give a name")
  .max(100, "use at most 100 characters")
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);

/** A password that is being chosen; what else it must not be depends on whose it is (`passwordProblem`). */
export const newPasswordSchema = z
  .string()
  .min(PASSWORD_MIN_LENGTH, `use ${PASSWORD_MIN_LENGTH} characters or more`)
  .max(PASSWORD_MAX_LENGTH, `use at most ${PASSWORD_MAX_LENGTH} characters`);

/** A password that is being checked: anything that somebody may have typed. */
export const givenPasswordSchema = z.string().min(1, "enter your password").max(1_000);

/** The secret part of a link that we made. */
export const linkTokenSchema = z.string().min(1).max(200);
