import { describe, expect, it } from "vitest";
import { isPublicUrl, readFirstAdmin, refusePublicDemo } from "@/scripts/setup/public-start";

const admin = { email: "root@acme.example", password: "four words of mine" };

describe("isPublicUrl", () => {
  it.each([
    "http://127.0.0.1:7400",
    "http://localhost",
    "http://[::1]:7400",
    "http://127.8.9.10",
    "http://reclaim.localhost",
  ])("%s is this machine's", (url) => expect(isPublicUrl(url)).toBe(false));
  it.each([
    "https://reclaim.example",
    "http://10.0.0.5:7400",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
  ])("%s is for others", (url) => expect(isPublicUrl(url)).toBe(true));
});

describe("readFirstAdmin", () => {
  it("takes both or neither, and no bad password", () => {
    expect(readFirstAdmin({})).toBeNull();
    expect(
      readFirstAdmin({ RECLAIM_ADMIN_EMAIL: " Root@Acme.example ", RECLAIM_ADMIN_PASSWORD: admin.password }),
    ).toEqual(admin);
    expect(() => readFirstAdmin({ RECLAIM_ADMIN_EMAIL: admin.email })).toThrow("RECLAIM_ADMIN_PASSWORD");
    expect(() => readFirstAdmin({ RECLAIM_ADMIN_PASSWORD: admin.password })).toThrow("RECLAIM_ADMIN_EMAIL");
    const bad = { RECLAIM_ADMIN_EMAIL: admin.email, RECLAIM_ADMIN_PASSWORD: "changeme-changeme" };
    expect(() => readFirstAdmin(bad)).toThrow("RECLAIM_ADMIN_PASSWORD");
    expect(() => readFirstAdmin(bad)).not.toThrow("changeme");
  });
});

describe("refusePublicDemo", () => {
  const none = { hasUsers: false, hasDemoPassword: false, firstAdmin: null };
  const url = "https://reclaim.example";

  it("lets the demo run where only this machine reaches it", () => {
    refusePublicDemo({ ...none, url: "http://127.0.0.1:7400" });
    refusePublicDemo({ ...none, url: "http://localhost:7400", hasUsers: true, hasDemoPassword: true });
  });

  it("refuses a public address without a first admin, and with the demo's password", () => {
    expect(() => refusePublicDemo({ ...none, url })).toThrow("RECLAIM_ADMIN_EMAIL");
    expect(() => refusePublicDemo({ ...none, url, hasUsers: true, hasDemoPassword: true })).toThrow("Your account");
    expect(() =>
      refusePublicDemo({ ...none, url, hasUsers: true, hasDemoPassword: true, firstAdmin: admin }),
    ).toThrow();
  });

  it("opens it with a first admin, or with people of its own", () => {
    refusePublicDemo({ ...none, url, firstAdmin: admin });
    refusePublicDemo({ ...none, url, hasUsers: true });
  });
});
