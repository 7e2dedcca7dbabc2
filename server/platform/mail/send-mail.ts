import nodemailer from "nodemailer";
import { env } from "../env";

const CONNECT_MS = 10_000;
const SILENT_MS = 15_000;

/** Whether the platform has a mail server (`SMTP_URL`). */
export function canSendMail(): boolean {
  return env().SMTP_URL !== undefined;
}

/** The console's name as a host, for the sender that nobody set. */
function sender(): string {
  return env().RECLAIM_MAIL_FROM ?? `Reclaim <reclaim@${new URL(env().RECLAIM_URL).hostname}>`;
}

/**
 * Sends a plain text to people, as one message.
 * @throws Error in the mail server's words, or where there is none
 */
export async function sendMail(mail: { to: readonly string[]; subject: string; text: string }): Promise<void> {
  const url = env().SMTP_URL;
  if (url === undefined) throw new Error("this console has no mail server (SMTP_URL)");
  const transport = nodemailer.createTransport({
    ...{ url, connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
  });
  try {
    // Nothing is to answer an automatic message.
    const headers = { "Auto-Submitted": "auto-generated" };
    await transport.sendMail({ from: sender(), ...mail, headers });
  } finally {
    transport.close();
  }
}
