import type { ReactNode } from "react";
import { Logo } from "@/components/ui/logo";
import { StorageMap } from "./storage-map";

const STATEMENT = "Free the space. Keep every image that somebody still needs.";

const PROMISES = [
  { title: "Preview", text: "Every image with its verdict, the reason for it, and the bytes it would free." },
  { title: "Recycle", text: "Nothing leaves its place before its copy is verified. Restore brings back every tag." },
  { title: "Sweep", text: "Bytes are freed only when no kept image, index or signature needs them any more." },
] as const;

/** The page around the sign-in form: the form, and beside it a quiet statement of what Reclaim does. */
export function AuthFrame({
  title,
  description,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid min-h-dvh wide:grid-cols-[minmax(0,1fr)_minmax(0,1.15fr)]">
      <main className="flex flex-col px-6 py-6 wide:px-12 wide:py-8">
        <Logo />
        <div className="mx-auto flex w-full max-w-[340px] flex-1 flex-col justify-center py-12">
          <h1 className="font-semibold text-2xl tracking-[-0.02em]">{title}</h1>
          {description ? <p className="mt-1 text-md text-muted">{description}</p> : null}
          <div className="mt-7">{children}</div>
        </div>
        <p className="text-center text-sm text-subtle wide:hidden">{STATEMENT}</p>
      </main>
      <aside
        aria-label="What Reclaim does"
        className="flex flex-col justify-between gap-10 border-rule border-l bg-sunken px-6 py-8 compact:hidden wide:px-14 wide:py-14"
      >
        <StorageMap />
        <div className="max-w-xl">
          <p className="text-balance font-medium text-2xl tracking-[-0.02em]">{STATEMENT}</p>
          <dl className="mt-6 grid gap-x-8 gap-y-4">
            {PROMISES.map((promise) => (
              <div key={promise.title} className="grid grid-cols-[84px_1fr] border-rule border-t pt-3">
                <dt className="font-medium">{promise.title}</dt>
                <dd className="text-muted">{promise.text}</dd>
              </div>
            ))}
          </dl>
        </div>
      </aside>
    </div>
  );
}
