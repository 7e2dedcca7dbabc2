import type { Command } from "commander";
import { startRecycle } from "@/contracts/image-deletion";
import { getImage } from "@/contracts/image-details";
import { IMAGE_SORTS, listImages, listRepositories, measureImages } from "@/contracts/images";
import { confirm, confirmTyped } from "../ask";
import { examples, wholeNumber, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { findImages } from "../find-images";
import { addImageFilter, type ImageFilterOptions, imageFilterOf } from "../image-filter";
import { note, printDetails, printJson, printTable } from "../output/print";
import { ago, count, shortDigest, size, some } from "../output/text";
import { moreNote, type PageOptions, takePages } from "../pages";
import { settleRun, startedRun } from "../settle-run";

/** `image list show delete repositories`. */
export function addImageCommands(program: Command): void {
  const image = program.command("image").description("Images of a space");
  examples(
    image,
    "reclaim image list --repository acme/api --older-than 90",
    "reclaim image list --state untagged --all --json",
    "reclaim image show acme/api:2.6.0",
    "reclaim image delete acme/api:2.0.0 --reason outdated",
  );

  const list = image.command("list").description("Images of a space, newest first");
  addImageFilter(list)
    .option("--sort <order>", IMAGE_SORTS.join(", "), "pushed")
    .option("--limit <count>", "at most so many", wholeNumber, 50)
    .option("--all", "all of them")
    .action(
      withSession(async (session, options: ImageFilterOptions & PageOptions & { sort: "pushed" }) => {
        const { workspaceId, id: spaceId } = await session.space();
        const filter = { ...imageFilterOf(options), sort: options.sort };
        const page = await takePages(options, (part) =>
          session.call(listImages, { params: { workspaceId, spaceId }, query: { ...filter, ...part } }),
        );
        if (session.isJson) return printJson(page);
        const rows = page.items.map((one) => [
          ...[one.repositoryName, some(one.tags), shortDigest(one.digest), one.kind],
          ...[size(one.logicalBytes), size(one.uniqueBytes), ago(one.pushedAt), ago(one.lastPulledAt)],
        ]);
        const headings = ["REPOSITORY", "TAGS", "DIGEST", "KIND", "#SIZE", "#ONLY ITS", "PUSHED", "PULLED"];
        printTable(headings, rows, "No image fits.");
        const more = moreNote(page);
        if (more) note(more);
      }),
    );

  image
    .command("show")
    .description("One image, with its tags, platforms and what it holds")
    .argument("<image>", "repository:tag or repository@sha256:…")
    .action(
      withSession(async (session, _options, name: string) => {
        const { workspaceId, id: spaceId } = await session.space();
        const params = { workspaceId, spaceId };
        const [found] = await findImages(session, params, [name]);
        const query = { repository: found?.repositoryName ?? "", digest: found?.digest ?? "" };
        const one = await session.call(getImage, { params, query });
        if (session.isJson) return printJson(one);
        printDetails([
          ["Repository", one.repositoryName],
          ["Digest", one.digest],
          [
            "Tags",
            some(
              one.tags.map((tag) => tag.name),
              20,
            ),
          ],
          ["Kind", one.kind],
          [
            "Platforms",
            one.image
              ? some(
                  one.image.platforms.map(({ platform }) => platform),
                  12,
                )
              : one.platform,
          ],
          [
            "Size",
            one.image ? `${size(one.image.logicalBytes)}, of which ${size(one.image.uniqueBytes)} only it uses` : null,
          ],
          ["Pushed", ago(one.pushedAt)],
          ["Last pulled", one.image ? ago(one.image.lastPulledAt) : null],
          ["Pinned", one.image?.pin ? one.image.pin.reason || "yes" : null],
          ["Health", one.image?.health ?? null],
        ]);
      }),
    );

  image
    .command("repositories")
    .description("Repositories of a space")
    .option("--search <text>", "part of the name")
    .option("--limit <count>", "at most so many", wholeNumber, 100)
    .option("--all", "all of them")
    .action(
      withSession(async (session, options: PageOptions & { search?: string }) => {
        const { workspaceId, id: spaceId } = await session.space();
        const page = await takePages(options, (part) =>
          session.call(listRepositories, {
            params: { workspaceId, spaceId },
            query: { search: options.search, ...part },
          }),
        );
        if (session.isJson) return printJson(page);
        const rows = page.items.map((one) => [
          ...[one.name, String(one.imageCount), String(one.tagCount), String(one.untaggedCount)],
          ...[
            `${one.isSizeStale ? "about " : ""}${size(one.storedBytes)}`,
            ago(one.lastPushedAt),
            ago(one.lastPulledAt),
          ],
        ]);
        const headings = ["REPOSITORY", "#IMAGES", "#TAGS", "#UNTAGGED", "#STORED", "PUSHED", "PULLED"];
        printTable(headings, rows, "There is no repository.");
        const more = moreNote(page);
        if (more) note(more);
      }),
    );

  addDelete(image);
}

interface DeleteOptions extends ImageFilterOptions {
  reason?: string;
  skipBin?: boolean;
  force?: boolean;
  wait: boolean;
}

function addDelete(image: Command): void {
  const command = image
    .command("delete")
    .description("Move images to the recycle bin, with all their tags: named ones, or all that a filter finds")
    .argument("[images...]", "repository:tag or repository@sha256:…");
  addImageFilter(command)
    .option("--reason <text>", "why, for whoever asks later")
    .option("--skip-bin", "destroy them: they cannot be restored")
    .option("--force", "do not ask")
    .option("--no-wait", "do not wait until it is done")
    .action(
      withSession(async (session, options: DeleteOptions, names: string[]) => {
        const space = await session.space();
        const params = { workspaceId: space.workspaceId, spaceId: space.id };
        const filter = imageFilterOf(options);
        const isFilter = Object.keys(filter).length > 0;
        if (isFilter === names.length > 0) throw new CliError("Name images, or choose them with a filter.", EXIT.usage);
        const selection = isFilter ? { filter } : { images: await findImages(session, params, names) };
        const measured = await session.call(measureImages, { params, body: { selection } });
        if (measured.images === 0) throw new CliError("No image fits: nothing was done.", EXIT.notFound);
        const what = `${count(measured.images, "image")} with ${count(measured.tags, "tag")} (${measured.tagSample.slice(0, 5).join(", ")})`;
        const kept = measured.pinned + measured.parts;
        const stay = kept > 0 ? ` ${count(kept, "image")} of them stay: pinned, or parts of others.` : "";
        if (options.skipBin) {
          const text = `This destroys ${what} for good; nothing can be restored.${stay}`;
          await confirmTyped(text, space.name, options);
        } else await confirm(`This moves ${what} to the recycle bin; they can be restored from there.${stay}`, options);
        const body = {
          selection,
          ...(isFilter ? { asOf: measured.measuredAt } : {}),
          ...(options.reason ? { reason: options.reason } : {}),
          ...(options.skipBin
            ? { skipBin: { typedName: space.name, ...(isFilter ? { expectedCount: measured.images } : {}) } }
            : {}),
        };
        const run = await session.call(startRecycle, { params, body });
        if (options.wait) await settleRun(session, params.workspaceId, run);
        else startedRun(session, run);
      }),
    );
}
