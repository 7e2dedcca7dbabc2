// The package has no types of its own; this is what of it is used.
declare module "smtp-server" {
  import type { Server } from "node:net";
  import type { Readable } from "node:stream";

  interface Session {
    envelope: { mailFrom: { address: string } | false; rcptTo: { address: string }[] };
  }
  export class SMTPServer {
    constructor(options: {
      authOptional?: boolean;
      disabledCommands?: string[];
      logger?: boolean;
      onRcptTo?: (address: { address: string }, session: Session, callback: (error?: Error | null) => void) => void;
      onData?: (stream: Readable, session: Session, callback: (error?: Error | null) => void) => void;
    });
    server: Server;
    listen(port: number, host: string, callback: () => void): Server;
    close(callback: () => void): void;
  }
}
