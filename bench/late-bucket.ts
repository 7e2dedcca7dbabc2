// A process of its own between a bucket and who collects it, since answering late takes processor time too: `late-bucket.ts <endpoint> <ms>`
// prints its address and ends with its standard input.
import { startRegistryProxy } from "@/testing/registry-proxy";

const [endpoint = "", ms = "0"] = process.argv.slice(2);
const proxy = await startRegistryProxy(endpoint);
proxy.tamper = () => ({ beforeAnswer: () => new Promise((resolve) => setTimeout(resolve, Number(ms))) });
process.stdout.write(`${proxy.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
