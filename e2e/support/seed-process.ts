import { text } from "node:stream/consumers";
import { type SeedOptions, seedDemo } from "@/scripts/demo/seed";

/** Seeds the installation that stdin describes, and prints whom to sign in as. */
const options = JSON.parse(await text(process.stdin)) as SeedOptions;
const account = await seedDemo(options);
if (!account) throw new Error("the installation has a first user of its own");
console.log(JSON.stringify({ email: account.email }));
