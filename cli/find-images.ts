import { listImages } from "@/contracts/images";
import { CliError, EXIT } from "./exit-code";
import type { Session } from "./session";

export interface ImageName {
  repositoryName: string;
  digest: string;
}

/**
 * The images that `repository:tag` and `repository@sha256:…` name.
 * @throws CliError for a text that is neither, and for a tag that is not there
 */
export async function findImages(
  session: Session,
  place: { workspaceId: string; spaceId: string },
  names: readonly string[],
): Promise<ImageName[]> {
  const found: ImageName[] = [];
  for (const name of names) {
    const [, repositoryName = "", tag, digest] =
      /^([^:@\s]+)(?::([\w][\w.-]{0,127})|@(\w+:[0-9a-f]+))$/.exec(name) ?? [];
    if (repositoryName === "") {
      throw new CliError(`${name} is no image: write repository:tag or repository@sha256:…`, EXIT.usage);
    }
    found.push({ repositoryName, digest: digest ?? (await digestOf(session, place, repositoryName, tag ?? "")) });
  }
  return found;
}

async function digestOf(
  session: Session,
  place: { workspaceId: string; spaceId: string },
  repository: string,
  tag: string,
): Promise<string> {
  const query = { repository, tag, state: "tagged", limit: 10 } as const;
  const { items } = await session.call(listImages, { params: place, query });
  const image = items.find(({ tags }) => tags.includes(tag));
  if (!image) throw new CliError(`There is no ${repository}:${tag} in this space.`, EXIT.notFound);
  return image.digest;
}
