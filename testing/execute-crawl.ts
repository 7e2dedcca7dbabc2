// Executes a crawl in a process of its own, so that a test can kill it: its argument is the crawl's id.
import { executeCrawl } from "@/server/images/execute-crawl";

await executeCrawl(process.argv[2] ?? "", `process-${process.pid}`, new AbortController().signal);
process.exit(0);
