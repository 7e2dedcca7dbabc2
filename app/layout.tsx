import "@fontsource-variable/ibm-plex-sans";
import "@fontsource/ibm-plex-mono/400.css";
import "@fontsource/ibm-plex-mono/500.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "./providers";

export const metadata: Metadata = {
  title: { default: "Reclaim", template: "%s · Reclaim" },
  description: "Frees space in container registries without losing an image that somebody still needs.",
  icons: { icon: { url: "/favicon.svg", type: "image/svg+xml" } },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf8f3" },
    { media: "(prefers-color-scheme: dark)", color: "#171612" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Asked for by every page, so that none is rendered ahead of time, when there is no nonce yet.
  const nonce = (await headers()).get("x-nonce") ?? "";
  // The theme is chosen by a script before hydration, so the attribute differs from what the server rendered.
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  );
}
