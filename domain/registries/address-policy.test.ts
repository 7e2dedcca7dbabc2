import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressProblem } from "./address-policy";

const PLATFORM = { allowsPrivate: true };
const WORKSPACE = { allowsPrivate: false };

describe("K-35 where a registry may be", () => {
  test.each([
    "169.254.169.254",
    "169.254.0.1",
    "0.0.0.0",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "ff02::1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "not an address",
    "1.2.3",
    "0x7f.0.0.1",
    "",
  ])("%s is refused for everybody", (address) => {
    expect(addressProblem(address, PLATFORM)).toBe("never");
    expect(addressProblem(address, WORKSPACE)).toBe("never");
  });

  test.each([
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::c0a8:101",
  ])("%s is refused for a workspace, not for the platform", (address) => {
    expect(addressProblem(address, WORKSPACE)).toBe("private");
    expect(addressProblem(address, PLATFORM)).toBeNull();
  });

  test.each([
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.1",
    "192.169.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
  ])("%s is anybody's", (address) => {
    expect(addressProblem(address, WORKSPACE)).toBeNull();
  });

  test("an IPv4 address is judged alike however it is written in IPv6", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), fc.boolean(), (bytes, allowsPrivate) => {
        const plain = addressProblem(bytes.join("."), { allowsPrivate });
        const [a, b, c, d] = bytes.map((one) => one.toString(16).padStart(2, "0"));
        for (const address of [`::ffff:${bytes.join(".")}`, `::ffff:${a}${b}:${c}${d}`, `64:ff9b::${a}${b}:${c}${d}`]) {
          expect(addressProblem(address, { allowsPrivate }), address).toBe(plain);
        }
      }),
    );
  });
});
