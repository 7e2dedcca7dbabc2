import type { Metadata } from "next";
import { connection } from "next/server";
import { CopyBlock } from "@/components/ui/copy-block";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { env } from "@/server/platform/env";

export const metadata: Metadata = { title: "API" };

const RULES = [
  {
    title: "Lists come in pages",
    text: "nextCursor of one page is cursor of the next, and null on the last. limit is at most 500.",
  },
  {
    title: "What goes wrong says what to do",
    text: "A problem document (RFC 9457): code for programs, detail for people, requestId for whoever looks into it. Ids that you may not see answer like ids that do not exist: 404.",
  },
  {
    title: "Runs go on by themselves",
    text: "Starting one answers 202 with its row. Follow it as server-sent events, or read it again each second.",
  },
  {
    title: "Nothing is started twice",
    text: "Idempotency-Key on a POST: the same request with the same key is done once and answered alike for 24 hours.",
  },
  {
    title: "Nobody's edit is lost",
    text: "Rules, spaces, registries and schedules answer with an ETag; sent back as If-Match, a change of another version is refused with 412.",
  },
  {
    title: "How much may be asked",
    text: "RateLimit says how many requests are left; one too many gets 429 with Retry-After.",
  },
] as const;

/** What holds for all operations. */
export default async function ApiDocsPage() {
  // A build knows no address: it is of the console that runs.
  await connection();
  const origin = env().RECLAIM_URL;
  return (
    <>
      <PageHeader
        title="API"
        description="Everything that the console shows and does, for scripts. Choose an operation, or press / to search."
      />
      <Section
        title="Who asks"
        description="An API token, made under Your account or by a workspace's admin. It works as the password of docker login, too."
      >
        <CopyBlock
          label="first request"
          code={`curl "${origin}/api/v1/me" \\\n  -H "Authorization: Bearer $RECLAIM_TOKEN"`}
        />
      </Section>
      <Section
        title="On the command line"
        description="The reclaim command does all of this, with progress, tables and exit codes."
      >
        <CopyBlock label="first commands" code={`reclaim login --host ${origin}\nreclaim rule preview --all`} />
      </Section>
      <Section title="What holds everywhere">
        <dl className="grid gap-x-8 gap-y-4 wide:grid-cols-2">
          {RULES.map(({ title, text }) => (
            <div key={title} className="border-rule border-t pt-2.5">
              <dt className="font-medium">{title}</dt>
              <dd className="mt-0.5 text-muted">{text}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}
