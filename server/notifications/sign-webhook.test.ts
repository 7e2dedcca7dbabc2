import { expect, test } from "vitest";
import { newSigningSecret, webhookHeaders } from "./sign-webhook";

test("N-15 a webhook is signed as Standard Webhooks say: their own example", () => {
  const body = '{"test": 2432232314}';
  const at = new Date(1_614_265_330_000);
  const headers = webhookHeaders("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("N-15 each secret signs, and no two secrets are alike", () => {
  const secrets = [newSigningSecret(), newSigningSecret()];
  expect(new Set(secrets).size).toBe(2);
  for (const secret of secrets) expect(Buffer.from(secret.slice("whsec_".length), "base64")).toHaveLength(32);
  const signed = webhookHeaders("ntf_1", new Date(0), "{}", secrets)["webhook-signature"]?.split(" ") ?? [];
  expect(signed).toHaveLength(2);
  expect(signed[0]).not.toBe(signed[1]);
});
