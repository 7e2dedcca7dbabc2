import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONFIG_LIST_MAX, CONFIG_TEXT_MAX, parseImageConfig } from "./parse-image-config";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("parseImageConfig", () => {
  test("K-31 reads what a container would run, and matches history lines to layers", () => {
    const result = parseImageConfig(
      bytes({
        os: "linux",
        architecture: "arm64",
        variant: "v8",
        created: "2026-03-01T10:00:00.5Z",
        author: "",
        config: {
          User: "65532",
          WorkingDir: "/srv",
          Entrypoint: ["/bin/app", "--fast"],
          Cmd: ["serve"],
          Env: ["PATH=/bin", "A=b=c"],
          Labels: { "org.opencontainers.image.source": "https://example.test", odd: 3 },
          ExposedPorts: { "8080/tcp": {} },
          Volumes: { "/data": {} },
          StopSignal: "SIGTERM",
        },
        history: [
          { created_by: "ADD rootfs.tar /", created: "2026-01-01T00:00:00Z" },
          { created_by: "ENV A=b", empty_layer: true },
          { created_by: "COPY app /bin/app", comment: "buildkit" },
        ],
      }),
    );
    expect(result).toEqual({
      ok: true,
      config: {
        platform: "linux/arm64/v8",
        createdAt: "2026-03-01T10:00:00.500Z",
        author: null,
        user: "65532",
        workingDir: "/srv",
        entrypoint: ["/bin/app", "--fast"],
        command: ["serve"],
        env: ["PATH=/bin", "A=b=c"],
        labels: [{ name: "org.opencontainers.image.source", value: "https://example.test" }],
        exposedPorts: ["8080/tcp"],
        volumes: ["/data"],
        stopSignal: "SIGTERM",
        history: [
          { createdBy: "ADD rootfs.tar /", createdAt: "2026-01-01T00:00:00.000Z", comment: "", layer: 0 },
          { createdBy: "ENV A=b", createdAt: null, comment: "", layer: null },
          { createdBy: "COPY app /bin/app", createdAt: null, comment: "buildkit", layer: 1 },
        ],
        isCut: false,
      },
    });
  });

  test("K-31 what is no config says so", () => {
    expect(parseImageConfig(new TextEncoder().encode("{"))).toEqual({
      ok: false,
      reason: "The config is not valid JSON.",
    });
    expect(parseImageConfig(bytes([1]))).toEqual({ ok: false, reason: "The config is not a JSON object." });
    expect(parseImageConfig(bytes({}))).toMatchObject({ ok: true, config: { env: [], history: [], platform: null } });
  });

  test("K-31 a hostile config is cut, and says that it was", () => {
    const env = Array.from({ length: CONFIG_LIST_MAX + 5 }, (_, at) => `E${at}=1`);
    const result = parseImageConfig(
      bytes({ created: "0001-01-01T00:00:00Z", config: { Env: env, User: "x".repeat(CONFIG_TEXT_MAX * 2) } }),
    );
    if (!result.ok) throw new Error(result.reason);
    expect(result.config.env).toHaveLength(CONFIG_LIST_MAX);
    expect(result.config.user).toHaveLength(CONFIG_TEXT_MAX + 1);
    expect(result.config).toMatchObject({ isCut: true, createdAt: null });
  });

  test("K-31 no body makes it throw, and every text stays short", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const result = parseImageConfig(
          new TextEncoder().encode(`{"config": ${text}, "history": ${text}, "created": ${text}}`),
        );
        if (result.ok) expect(JSON.stringify(result.config).length).toBeLessThan(20_000_000);
      }),
    );
  });
});
