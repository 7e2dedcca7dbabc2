/** What a config says of an image, cut to what a screen can bear. Everything in it was written by whoever pushed the image. */
interface ParsedImageConfig {
  platform: string | null;
  /** ISO, null where it says none or one that is no time */
  createdAt: string | null;
  author: string | null;
  user: string | null;
  workingDir: string | null;
  entrypoint: string[];
  command: string[];
  env: string[];
  labels: { name: string; value: string }[];
  exposedPorts: string[];
  volumes: string[];
  stopSignal: string | null;
  /** `layer`: its place among the layers, null where the step made none */
  history: { createdBy: string; createdAt: string | null; comment: string; layer: number | null }[];
  /** whether lists or texts were cut */
  isCut: boolean;
}

export type ParseImageConfigResult = { ok: true; config: ParsedImageConfig } | { ok: false; reason: string };

/** As many entries of a list are shown, and as many characters of a text. */
export const CONFIG_LIST_MAX = 1_000;
export const CONFIG_TEXT_MAX = 4_000;

type Json = Record<string, unknown>;

/**
 * Reads an image's config (OCI or Docker; their fields are the same). Fields of another type than they should have count as not there.
 * Not JSON, or no object: `ok: false`, never an exception.
 */
export function parseImageConfig(body: Uint8Array): ParseImageConfigResult {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return { ok: false, reason: "The config is not valid JSON." };
  }
  if (!isObject(json)) return { ok: false, reason: "The config is not a JSON object." };
  const reader = new Reader();
  const own = isObject(json.config) ? json.config : {};
  const platform = [json.os, json.architecture, json.variant].map((part) => reader.text(part)).filter(Boolean);
  const config = {
    platform: platform.length === 0 ? null : platform.join("/"),
    createdAt: timeOf(json.created),
    author: reader.textOrNull(json.author),
    user: reader.textOrNull(own.User),
    workingDir: reader.textOrNull(own.WorkingDir),
    entrypoint: reader.texts(own.Entrypoint),
    command: reader.texts(own.Cmd),
    env: reader.texts(own.Env),
    labels: reader
      .entries(own.Labels)
      .flatMap(([name, value]) =>
        typeof value === "string" ? [{ name: reader.text(name), value: reader.text(value) }] : [],
      ),
    exposedPorts: reader.entries(own.ExposedPorts).map(([port]) => reader.text(port)),
    volumes: reader.entries(own.Volumes).map(([volume]) => reader.text(volume)),
    stopSignal: reader.textOrNull(own.StopSignal),
    history: historyOf(json.history, reader),
  };
  return { ok: true, config: { ...config, isCut: reader.isCut } };
}

function historyOf(value: unknown, reader: Reader): ParsedImageConfig["history"] {
  let layer = 0;
  return reader.list(value).map((step) => {
    const line = isObject(step) ? step : {};
    return {
      createdBy: reader.text(line.created_by),
      createdAt: timeOf(line.created),
      comment: reader.text(line.comment),
      layer: line.empty_layer === true ? null : layer++,
    };
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A time that is one; a config may name any year, or the year 1 for "none". */
function timeOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const time = new Date(value);
  const year = time.getUTCFullYear();
  return year > 1 && year <= 9999 ? time.toISOString() : null;
}

/** Takes texts and lists of a bounded size, and remembers whether something was left out. */
class Reader {
  isCut = false;

  text(value: unknown): string {
    if (typeof value !== "string") return "";
    if (value.length <= CONFIG_TEXT_MAX) return value;
    this.isCut = true;
    return `${value.slice(0, CONFIG_TEXT_MAX)}…`;
  }

  textOrNull(value: unknown): string | null {
    return this.text(value) || null;
  }

  list(value: unknown): unknown[] {
    if (!Array.isArray(value)) return [];
    if (value.length > CONFIG_LIST_MAX) this.isCut = true;
    return value.slice(0, CONFIG_LIST_MAX);
  }

  texts(value: unknown): string[] {
    // Docker takes a command as one text too.
    if (typeof value === "string") return [this.text(value)];
    return this.list(value).flatMap((item) => (typeof item === "string" ? [this.text(item)] : []));
  }

  entries(value: unknown): [string, unknown][] {
    if (!isObject(value)) return [];
    const entries = Object.entries(value);
    if (entries.length > CONFIG_LIST_MAX) this.isCut = true;
    return entries.slice(0, CONFIG_LIST_MAX);
  }
}
