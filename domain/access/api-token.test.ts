import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { apiTokenHint, apiTokenKind, composeApiToken, looksLikeApiToken } from "./api-token";

const random = fc.uint8Array({ minLength: 32, maxLength: 32 });
const kind = fc.constantFrom("pat" as const, "bot" as const);

test("tokens: a token says what it is, and reads back as that", () => {
  fc.assert(
    fc.property(kind, random, (which, bytes) => {
      const token = composeApiToken(which, bytes);
      expect(token).toMatch(/^rcl_(pat|bot)_[0-9A-Za-z]{49}$/);
      expect(apiTokenKind(token)).toBe(which);
      expect(looksLikeApiToken(token)).toBe(true);
      expect(apiTokenHint(token)).toBe(`rcl_${which}_…${token.slice(-4)}`);
    }),
  );
});

test("tokens: different randomness gives different tokens, all 256 bits of it", () => {
  fc.assert(
    fc.property(random, fc.nat(31), fc.nat(7), (bytes, at, bit) => {
      const other = bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte));
      expect(composeApiToken("pat", other)).not.toBe(composeApiToken("pat", bytes));
    }),
  );
});

test("tokens: one wrong character is no token: it is refused without a question to the database", () => {
  fc.assert(
    fc.property(kind, random, fc.nat(56), fc.constantFrom(..."09AZaz_-é "), (which, bytes, at, wrong) => {
      const token = composeApiToken(which, bytes);
      fc.pre(token[at] !== wrong);
      expect(apiTokenKind(token.slice(0, at) + wrong + token.slice(at + 1))).toBeNull();
    }),
  );
});

test("tokens: whatever is sent instead of a token is none", () => {
  fc.assert(fc.property(fc.string(), (text) => void expect(apiTokenKind(text)).toBeNull()));
});

test("tokens: the checksum is the CRC-32 that scanners know", () => {
  const token = composeApiToken("bot", new Uint8Array(32).fill(7));
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const value = [...token.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
  expect(value).toBe(crc32(token.slice(0, -6)));
});

test("tokens: other than 32 bytes are refused", () => {
  expect(() => composeApiToken("pat", new Uint8Array(31))).toThrow(RangeError);
});
