"use client";

import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

/** The place where toasts appear; callers use `toast` of sonner. Mounted once, in the providers. */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      gap={8}
      offset={16}
      mobileOffset={12}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-start gap-2.5 rounded-md bg-raised px-3 py-2.5 text-base text-ink shadow-pop font-sans [&_[data-icon]]:mt-0.5 [&_[data-icon]]:shrink-0 [&_[data-content]]:min-w-0 [&_[data-content]]:flex-1",
          title: "font-medium",
          description: "text-muted [overflow-wrap:anywhere]",
          actionButton: "shrink-0 rounded-sm border border-rule-strong px-2 py-0.5 font-medium text-sm hover:bg-hover",
          cancelButton: "shrink-0 rounded-sm px-2 py-0.5 text-sm text-muted hover:bg-hover",
          success: "[&_[data-icon]]:text-accent",
          info: "[&_[data-icon]]:text-info",
          warning: "[&_[data-icon]]:text-warning",
          error: "[&_[data-icon]]:text-danger",
        },
      }}
    />
  );
}
