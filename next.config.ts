import type { NextConfig } from "next";

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  serverExternalPackages: ["pino", "bullmq", "ioredis", "pg"],
  ...(process.env.RECLAIM_DIST_DIR ? { distDir: process.env.RECLAIM_DIST_DIR } : {}),
};

export default config;
