import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

interface ReceivedMail {
  from: string;
  to: string[];
  /** headers and body as they came over the wire */
  raw: string;
}

export interface TestMailServer {
  /** as SMTP_URL wants it */
  url: string;
  received: ReceivedMail[];
  /** From now on it takes nothing, and says so; `null` ends that. */
  refuse(reason: string | null): void;
  stop(): Promise<void>;
}

/** A mail server on loopback that keeps what it is given. */
export async function startMailServer(): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  let refusal: string | null = null;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo: (_address, _session, done) => done(refusal === null ? null : new Error(refusal)),
    onData(stream, { envelope }, done) {
      text(stream).then((raw) => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        received.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw });
        done();
      }, done);
    },
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    refuse: (reason) => {
      refusal = reason;
    },
    stop: () => new Promise((done) => server.close(done)),
  };
}
