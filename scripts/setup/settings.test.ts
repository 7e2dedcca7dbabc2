import { describe, expect, it } from "vitest";
import { readSettings } from "@/scripts/setup/settings";

describe("readSettings", () => {
  it("embeds everything on its own ports when nothing is said, also by empty variables", () => {
    const expected = {
      ports: { web: 7400, postgres: 7432, redis: 7479, registry: 7450 },
      url: "http://127.0.0.1:7400",
      databaseUrl: null,
      redisUrl: null,
      registry: null,
      bucket: null,
    };
    expect(readSettings({})).toEqual(expected);
    expect(readSettings({ DATABASE_URL: "", RECLAIM_PORT: " " })).toEqual(expected);
  });

  it("moves a service to another port, and the console's address with it", () => {
    const settings = readSettings({ RECLAIM_PORT: "8000", RECLAIM_REDIS_PORT: "8001" });
    expect(settings.ports).toMatchObject({ web: 8000, redis: 8001 });
    expect(settings.url).toBe("http://127.0.0.1:8000");
    expect(readSettings({ RECLAIM_PORT: "8000", RECLAIM_URL: "https://reclaim.example/" }).url).toBe(
      "https://reclaim.example",
    );
  });

  it.each(["0", "65536", "abc", "80.5", "-1", "1e3"])("refuses %s as a port by the variable's name", (value) => {
    expect(() => readSettings({ RECLAIM_POSTGRES_PORT: value })).toThrow("RECLAIM_POSTGRES_PORT");
  });

  it("refuses one port for two services", () => {
    expect(() => readSettings({ RECLAIM_PORT: "7450" })).toThrow("Port 7450");
  });

  it("takes a bucket instead of a folder, for a registry of the user's own or the embedded one", () => {
    const keys = { REGISTRY_S3_BUCKET: "images", REGISTRY_S3_ACCESS_KEY: "key", REGISTRY_S3_SECRET_KEY: "secret" };
    const { bucket, registry } = readSettings({ ...keys, REGISTRY_S3_ROOT: "/registry/" });
    expect(registry).toBeNull();
    expect(bucket).toEqual({
      location: {
        ...{ bucket: "images", region: "us-east-1", endpoint: null, root: "registry" },
        ...{ accessKeyId: "key", forcePathStyle: false },
      },
      secretAccessKey: "secret",
    });
    const ceph = readSettings({ ...keys, REGISTRY_S3_ENDPOINT: "http://ceph:7480/", REGISTRY_S3_REGION: "eu" }).bucket;
    expect(ceph?.location).toMatchObject({ endpoint: "http://ceph:7480", region: "eu", forcePathStyle: true });
    const virtual = { ...keys, REGISTRY_S3_ENDPOINT: "https://s3.x.example", REGISTRY_S3_FORCE_PATH_STYLE: "false" };
    expect(readSettings(virtual).bucket?.location.forcePathStyle).toBe(false);
  });

  it.each([
    ["REGISTRY_S3_SECRET_KEY", { REGISTRY_S3_SECRET_KEY: "" }],
    ["REGISTRY_STORAGE_ROOT", { REGISTRY_STORAGE_ROOT: "/data" }],
    ["REGISTRY_S3_ENDPOINT", { REGISTRY_S3_ENDPOINT: "ceph:7480" }],
    ["REGISTRY_S3_BUCKET", { REGISTRY_S3_BUCKET: "s3://images" }],
    ["REGISTRY_S3_FORCE_PATH_STYLE", { REGISTRY_S3_FORCE_PATH_STYLE: "yes" }],
  ])("refuses a bucket that cannot be read, by the name of %s", (variable, wrong) => {
    const keys = { REGISTRY_S3_BUCKET: "images", REGISTRY_S3_ACCESS_KEY: "key", REGISTRY_S3_SECRET_KEY: "secret" };
    expect(() => readSettings({ ...keys, ...wrong })).toThrow(variable);
  });

  it("takes servers of the user's own", () => {
    const settings = readSettings({
      DATABASE_URL: "postgres://u:p@db/x",
      REDIS_URL: "rediss://cache",
      REGISTRY_URL: "https://registry.example/",
      REGISTRY_AUTH: "basic",
      REGISTRY_USERNAME: "u",
      REGISTRY_PASSWORD: "p",
      REGISTRY_STORAGE_ROOT: "/data",
    });
    expect(settings.databaseUrl).toBe("postgres://u:p@db/x");
    expect(settings.redisUrl).toBe("rediss://cache");
    expect(settings.registry).toEqual({
      url: "https://registry.example",
      storageRoot: "/data",
      auth: "basic",
      username: "u",
      password: "p",
    });
  });

  it("names the variable that makes no sense", () => {
    expect(() => readSettings({ DATABASE_URL: "mysql://x" })).toThrow("DATABASE_URL");
    expect(() => readSettings({ REGISTRY_URL: "registry.example" })).toThrow("REGISTRY_URL");
    expect(() => readSettings({ REGISTRY_URL: "http://r", REGISTRY_AUTH: "token" })).toThrow("REGISTRY_AUTH");
    expect(() => readSettings({ REGISTRY_URL: "http://r", REGISTRY_AUTH: "basic" })).toThrow("REGISTRY_USERNAME");
  });
});
