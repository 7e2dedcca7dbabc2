import type { Command } from "commander";
import { type GcScheduleStateDto, getGcSchedule, removeGcSchedule, setGcSchedule } from "@/contracts/gc-settings";
import { examples, wholeNumber, withSession } from "../command";
import { gcMode } from "../gc-mode";
import { printDetails, printJson, printLine } from "../output/print";
import { ago } from "../output/text";
import type { Session } from "../session";

interface SetOptions {
  cron: string;
  timeZone: string;
  includeUntaggedManifests?: boolean;
  mode: string;
  timeBox?: number;
  disabled?: boolean;
}

/** `gc schedule show set remove`. */
export function addGcScheduleCommands(gc: Command): void {
  const schedule = gc.command("schedule").description("When garbage is collected by itself");
  examples(
    schedule,
    "reclaim gc schedule show",
    'reclaim gc schedule set --cron "0 3 * * SUN" --time-zone Europe/Berlin --include-untagged-manifests',
    "reclaim gc schedule remove",
  );

  schedule
    .command("show")
    .description("The schedule, and when it comes due")
    .argument("[space]", "name, prefix or id")
    .action(
      withSession(async (session, _options, name?: string) => {
        const { workspaceId, registryId } = await session.space(name);
        show(session, await session.call(getGcSchedule, { params: { workspaceId, registryId } }));
      }),
    );

  schedule
    .command("set")
    .description("Have garbage collected by itself")
    .argument("[space]", "name, prefix or id")
    .requiredOption("--cron <fields>", "5 cron fields, or 6 with seconds first")
    .requiredOption("--time-zone <zone>", "for instance Europe/Berlin")
    .option("--include-untagged-manifests", "manifests without a tag go too: frees the most")
    .option("--mode <mode>", "read-only: pushes are refused; online: they are taken", "read-only")
    .option("--time-box <minutes>", "stop after so many minutes", wholeNumber)
    .option("--disabled", "keep it, but do not run it")
    .action(
      withSession(async (session, options: SetOptions, name?: string) => {
        const { workspaceId, registryId } = await session.space(name);
        const params = { workspaceId, registryId };
        const before = await session.call(getGcSchedule, { params });
        const body = {
          expression: options.cron,
          timeZone: options.timeZone,
          deleteUntagged: options.includeUntaggedManifests ?? false,
          mode: gcMode(options.mode),
          timeBoxMinutes: options.timeBox ?? null,
          isEnabled: !options.disabled,
          revision: before.schedule?.revision ?? 0,
        };
        show(session, await session.call(setGcSchedule, { params, body }));
      }),
    );

  schedule
    .command("remove")
    .description("No longer have garbage collected by itself")
    .argument("[space]", "name, prefix or id")
    .action(
      withSession(async (session, _options, name?: string) => {
        const { workspaceId, registryId } = await session.space(name);
        const answer = await session.call(removeGcSchedule, { params: { workspaceId, registryId } });
        if (session.isJson) return printJson(answer);
        printLine("Garbage is collected by hand only.");
      }),
    );
}

function show(session: Session, { schedule, nextRuns, lastFiring, ...rest }: GcScheduleStateDto): void {
  if (session.isJson) {
    printJson({ schedule, nextRuns, lastFiring, ...rest });
    return;
  }
  if (!schedule) {
    printLine("Garbage is collected by hand only.");
    return;
  }
  printDetails([
    ["Schedule", `${schedule.expression} (${schedule.timeZone})`],
    ["Enabled", schedule.isEnabled ? "yes" : "no"],
    ["Mode", schedule.mode.replace("_", "-")],
    ["Untagged manifests", schedule.deleteUntagged ? "go too" : "stay"],
    ["Next", nextRuns[0] ?? null],
    ["Last", lastFiring ? `${lastFiring.outcome} ${ago(lastFiring.scheduledFor)}` : null],
  ]);
}
