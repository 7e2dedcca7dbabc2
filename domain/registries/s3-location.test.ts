import { describe, expect, test } from "vitest";
import { isSamePlace, s3Address, s3LocationSchema } from "./s3-location";

const given = {
  ...{ bucket: "images", region: "us-east-1", endpoint: null, root: "", accessKeyId: "key", forcePathStyle: false },
};
const location = (change: Partial<Record<keyof typeof given, unknown>> = {}) =>
  s3LocationSchema.parse({ ...given, ...change });

describe("K-35 where a bucket is", () => {
  test("is written as keys have it: no slashes around the root, none behind the endpoint", () => {
    const { root, endpoint } = location({ root: " /a/b// ", endpoint: "https://ceph.example:7480/" });
    expect({ root, endpoint }).toEqual({ root: "a/b", endpoint: "https://ceph.example:7480" });
    expect(s3Address(location({ root: "/a" }))).toBe("s3://images/a");
    expect(s3Address(location())).toBe("s3://images");
  });

  test.each([
    ["bucket", "s3://images"],
    ["bucket", "a/b"],
    ["bucket", ""],
    ["region", ""],
    ["endpoint", ""],
    ["endpoint", "ceph:7480"],
    ["endpoint", "ftp://ceph"],
    ["endpoint", "https://ceph/images"],
    ["endpoint", "https://user:secret@ceph"],
    ["accessKeyId", " "],
  ] as const)("refuses %s %j", (field, value) => {
    const parsed = s3LocationSchema.safeParse({ ...given, [field]: value });
    expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });

  test("tells two registries in one place, whatever they are called by and get in with", () => {
    const aws = location({ root: "a" });
    expect(isSamePlace(aws, location({ root: "/a/", region: "eu-west-1", accessKeyId: "other" }))).toBe(true);
    expect(isSamePlace(aws, location({ root: "a", endpoint: "https://s3.eu-west-1.amazonaws.com" }))).toBe(true);
    expect(isSamePlace(aws, location({ root: "a", endpoint: "https://ceph.example" }))).toBe(false);
    expect(isSamePlace(aws, location({ root: "b" }))).toBe(false);
    expect(isSamePlace(aws, location({ root: "a", bucket: "others" }))).toBe(false);
  });
});
