/** One message of a stream of server-sent events. */
export interface StreamMessage {
  id: string | null;
  data: string;
}

/**
 * The messages of a stream of server-sent events, as they come; comments and other fields are passed over. It ends where the stream does.
 * @throws what the stream throws, when its connection breaks
 */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamMessage> {
  const decoder = new TextDecoder();
  let rest = "";
  let id: string | null = null;
  let data: string[] = [];
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { id, data: data.join("\n") };
        data = [];
        continue;
      }
      const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "data") data.push(value);
      if (field === "id") id = value;
    }
  }
}
