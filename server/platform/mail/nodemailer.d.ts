// The package has no types of its own; this is what of it is used.
declare module "nodemailer" {
  interface Message {
    from: string;
    to: readonly string[];
    subject: string;
    text: string;
    headers?: Record<string, string>;
  }
  interface Transport {
    sendMail(message: Message): Promise<{ messageId: string }>;
    close(): void;
  }
  const nodemailer: {
    createTransport(options: {
      url: string;
      connectionTimeout: number;
      greetingTimeout: number;
      socketTimeout: number;
    }): Transport;
  };
  export default nodemailer;
}
