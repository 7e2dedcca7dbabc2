import { describe, expect, it } from "vitest";
import { renderRegistryConfig } from "@/scripts/services/registry-config";

const base = { port: 7450, storageRoot: "/data", httpSecret: "secret", auth: null, events: null };
const auth = {
  realm: "http://127.0.0.1:7400/api/registry/token",
  service: "reclaim-registry",
  issuer: "reclaim",
  certificatePath: "/ca/ca.crt",
};

describe("renderRegistryConfig", () => {
  it("has no blob-descriptor cache, which would make swept blobs seem to exist, and allows deletion", () => {
    const { storage } = JSON.parse(renderRegistryConfig({ ...base, auth }));
    expect(storage).toEqual({ filesystem: { rootdirectory: "/data" }, delete: { enabled: true } });
  });

  it("keeps its blobs in a bucket when it is told to, and serves them itself", () => {
    const location = {
      ...{ bucket: "images", region: "eu", endpoint: "http://ceph:7480", root: "reg", accessKeyId: "key" },
      forcePathStyle: true,
    };
    const { storage } = JSON.parse(renderRegistryConfig({ ...base, bucket: { location, secretAccessKey: "secret" } }));
    expect(storage).toEqual({
      s3: {
        ...{ bucket: "images", region: "eu", rootdirectory: "/reg", accesskey: "key", secretkey: "secret" },
        ...{ v4auth: true, regionendpoint: "http://ceph:7480", secure: false, forcepathstyle: true },
      },
      delete: { enabled: true },
      redirect: { disable: true },
    });
  });

  it("listens on loopback only", () => {
    expect(JSON.parse(renderRegistryConfig(base)).http.addr).toBe("127.0.0.1:7450");
  });

  it("takes its tokens from the console when it is told to, and asks nobody otherwise", () => {
    const { certificatePath, ...token } = auth;
    expect(JSON.parse(renderRegistryConfig({ ...base, auth })).auth).toEqual({
      token: { ...token, rootcertbundle: certificatePath },
    });
    expect(JSON.parse(renderRegistryConfig(base))).not.toHaveProperty("auth");
  });

  it("notifies under the shared secret, without layers", () => {
    const events = { url: "http://127.0.0.1:7400/api/registry/events", secret: 'a"b: c' };
    const { notifications } = JSON.parse(renderRegistryConfig({ ...base, events }));
    expect(notifications.events).toEqual({ includereferences: true });
    expect(notifications.endpoints).toMatchObject([
      {
        url: events.url,
        headers: { Authorization: ['Bearer a"b: c'] },
        ignore: { mediatypes: ["application/octet-stream"] },
      },
    ]);
    expect(JSON.parse(renderRegistryConfig(base))).not.toHaveProperty("notifications");
  });
});
