import type { NextConfig } from "next";

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm test` checks types, of tests too; a person who starts the console need not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["pino", "bullmq", "ioredis", "pg"],
  ...(process.env.RECLAIM_DIST_DIR ? { distDir: process.env.RECLAIM_DIST_DIR } : {}),
};

export default config;
