"use client";

import { useSyncExternalStore } from "react";
import { CopyBlock } from "../ui/copy-block";

const noChange = () => () => undefined;

/** Commands that sign in with a token; `secret` is the token, or a word that stands for it. */
export function UseToken({ secret }: { secret: string }) {
  // The console's own address is known in the browser only.
  const origin = useSyncExternalStore(
    noChange,
    () => window.location.origin,
    () => "https://reclaim.example",
  );
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-4">
      <Use title="The API">
        <CopyBlock label="API request" code={`curl -H "Authorization: Bearer ${secret}" ${origin}/api/v1/me`} />
      </Use>
      <Use title="The reclaim command">
        <CopyBlock label="reclaim login" code={`echo ${secret} | reclaim login --host ${origin} --token-stdin`} />
      </Use>
      <Use title="docker, podman, skopeo: any user name, and the registry's own host">
        <CopyBlock
          label="docker login"
          code={`echo ${secret} | docker login registry.example.com --username token --password-stdin`}
        />
      </Use>
    </div>
  );
}

function Use({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <h3 className="text-muted text-sm">{title}</h3>
      {children}
    </div>
  );
}
