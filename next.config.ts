import type { NextConfig } from "next";
import { API_POLICY, SECURITY_HEADERS } from "./server/platform/http/security-headers";

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  headers: async () => [
    { source: "/:path*", headers: [...SECURITY_HEADERS] },
    { source: "/(api|v2)/:path*", headers: [{ key: "Content-Security-Policy", value: API_POLICY }] },
  ],
  // `npm test` checks types, of tests too; a person who starts the console need not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["pino", "bullmq", "ioredis", "pg"],
  ...(process.env.RECLAIM_DIST_DIR ? { distDir: process.env.RECLAIM_DIST_DIR } : {}),
};

export default config;
