import {
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { getImage, getImageConfig, getImageManifest } from "@/contracts/image-details";
import { listImageEvents, listImagePulls } from "@/contracts/image-history";
import {
  type ImageDto,
  type ImageFilterDto,
  type ImageSelection,
  listImages,
  listRepositories,
  measureImages,
} from "@/contracts/images";
import { listBinEntries } from "@/contracts/recycle-bin";
import { type LoadedPage, PAGE_ROWS } from "./page-window";

const REPOSITORIES_PAGE = 100;
const EVENTS_PAGE = 50;
/** A page that was scrolled away is forgotten after this: memory stays what a screenful needs. */
const PAGE_KEPT_MS = 60_000;

export type Place = { workspaceId: string; spaceId: string };
export type RepositorySort = "name" | "size" | "images" | "pushed";

/** A list of images: what is in it, and in which order. */
export type ImageListing = {
  filter: ImageFilterDto;
  sort: "pushed" | "pulled" | "size" | "name";
  order: "asc" | "desc";
};

export const imageKeys = {
  /** everything that shows images of a space */
  space: ({ workspaceId, spaceId }: Place) => ["images", workspaceId, spaceId] as const,
  page: (place: Place, listing: ImageListing, index: number) =>
    [...imageKeys.space(place), "page", listing, index] as const,
  measure: (place: Place, selection: ImageSelection | null) =>
    [...imageKeys.space(place), "measure", selection] as const,
  image: (place: Place, repository: string, digest: string) =>
    [...imageKeys.space(place), "image", repository, digest] as const,
  pulls: (place: Place, repository: string, digest: string) =>
    [...imageKeys.space(place), "pulls", repository, digest] as const,
  events: (place: Place, about: EventsOf) => [...imageKeys.space(place), "events", about] as const,
  binEntry: (place: Place, repository: string, digest: string) =>
    [...imageKeys.space(place), "bin-entry", repository, digest] as const,
  /** what a digest names never changes */
  body: (place: Place, what: "manifest" | "config", repository: string, digest: string) =>
    ["image-bodies", place.workspaceId, place.spaceId, what, repository, digest] as const,
  repositories: ({ workspaceId, spaceId }: Place) => ["repositories", workspaceId, spaceId] as const,
};

/** Everything on screen that shows images of this space is out of date: what is in view is read again, the rest when it comes into view. */
export function refreshImages(queryClient: QueryClient, place: Place): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: imageKeys.space(place) }),
    queryClient.invalidateQueries({ queryKey: imageKeys.repositories(place) }),
    queryClient.invalidateQueries({ queryKey: ["spaces", place.workspaceId] }),
  ]);
}

export type ImagePage = LoadedPage & { items: ImageDto[]; nextCursor: string | null };

/**
 * One page of a list, by its number. Where the page before it is known and fresh, its cursor leads here; else (the scroll bar was
 * dragged, or something changed) as many rows are passed over.
 */
export function imagePageOptions(queryClient: QueryClient, place: Place, listing: ImageListing, index: number) {
  return queryOptions({
    queryKey: imageKeys.page(place, listing, index),
    queryFn: async ({ signal }): Promise<ImagePage> => {
      const before = queryClient.getQueryState<ImagePage>(imageKeys.page(place, listing, index - 1));
      const cursor = before?.data && !before.isInvalidated ? before.data.nextCursor : null;
      const start = index === 0 ? {} : cursor === null ? { position: index * PAGE_ROWS } : { cursor };
      const { filter, sort, order } = listing;
      const page = await callOperation(
        listImages,
        { params: place, query: { ...filter, sort, order, limit: PAGE_ROWS, ...start } },
        { signal },
      );
      const { items, nextCursor, total, isTotalCapped } = page;
      return { index, items, nextCursor, total, isTotalCapped, rows: items.length, hasMore: nextCursor !== null };
    },
    gcTime: PAGE_KEPT_MS,
    // Pages stay as they were read until something says that they changed: reading them again on every focus helps nobody.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** The first page of a list; while that of another filter is read, the one before stays. */
export function useFirstImages(place: Place, listing: ImageListing) {
  const queryClient = useQueryClient();
  return useQuery({ ...imagePageOptions(queryClient, place, listing, 0), placeholderData: keepPreviousData });
}

/** The pages in view; only these are asked for again when something changes. */
export function useImagePages(place: Place, listing: ImageListing, indexes: readonly number[]) {
  const queryClient = useQueryClient();
  return useQueries({
    queries: indexes.map((index) => imagePageOptions(queryClient, place, listing, index)),
    combine: combinePages,
  });
}

function combinePages(
  results: { data: ImagePage | undefined; error: unknown; isFetching: boolean; refetch: () => unknown }[],
) {
  return {
    pages: results.flatMap(({ data }) => data ?? []),
    error: results.find(({ error }) => error !== null)?.error ?? null,
    isFetching: results.some(({ isFetching }) => isFetching),
    retry: () => {
      for (const result of results) if (result.error !== null) result.refetch();
    },
  };
}

/** What a selection comes to: images, tags and bytes; null = nothing selected. */
export function useMeasure(place: Place, selection: ImageSelection | null) {
  return useQuery({
    queryKey: imageKeys.measure(place, selection),
    queryFn: ({ signal }) => {
      if (selection === null) throw new Error("nothing is selected");
      return callOperation(measureImages, { params: place, body: { selection } }, { signal });
    },
    enabled: selection !== null,
    placeholderData: keepPreviousData,
    gcTime: PAGE_KEPT_MS,
  });
}

/** Repositories of a space, page by page. */
export function useRepositories(place: Place, search: string, sort: RepositorySort = "name") {
  return useInfiniteQuery({
    queryKey: [...imageKeys.repositories(place), search, sort],
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listRepositories,
        {
          params: place,
          query: {
            limit: REPOSITORIES_PAGE,
            sort,
            ...(search ? { search } : {}),
            ...(pageParam ? { cursor: pageParam } : {}),
          },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** One image (or platform, or referrer) whole. */
export function useImage(place: Place, repository: string, digest: string, isEnabled = true) {
  return useQuery({
    queryKey: imageKeys.image(place, repository, digest),
    queryFn: ({ signal }) => callOperation(getImage, { params: place, query: { repository, digest } }, { signal }),
    enabled: isEnabled,
  });
}

/** Its manifest as the registry holds it; asked for when somebody wants to see it. */
export function useImageManifest(place: Place, repository: string, digest: string, isEnabled: boolean) {
  return useQuery({
    queryKey: imageKeys.body(place, "manifest", repository, digest),
    queryFn: ({ signal }) =>
      callOperation(getImageManifest, { params: place, query: { repository, digest } }, { signal }),
    enabled: isEnabled,
    staleTime: (query) => (query.state.data?.problem ? 0 : Number.POSITIVE_INFINITY),
  });
}

/** Its config as the registry holds it. */
export function useImageConfig(place: Place, repository: string, digest: string, isEnabled: boolean) {
  return useQuery({
    queryKey: imageKeys.body(place, "config", repository, digest),
    queryFn: ({ signal }) =>
      callOperation(getImageConfig, { params: place, query: { repository, digest } }, { signal }),
    enabled: isEnabled,
    staleTime: (query) => (query.state.data?.problem ? 0 : Number.POSITIVE_INFINITY),
  });
}

/** Who pulled an image, with what. */
export function useImagePulls(place: Place, repository: string, digest: string, isEnabled = true) {
  return useQuery({
    queryKey: imageKeys.pulls(place, repository, digest),
    queryFn: ({ signal }) =>
      callOperation(listImagePulls, { params: place, query: { repository, digest } }, { signal }),
    enabled: isEnabled,
  });
}

type EventsOf = { repository: string; digest?: string; tag?: string };

/** What happened to a digest or a tag, newest first; known also of what is long gone. */
export function useImageEvents(place: Place, about: EventsOf) {
  return useInfiniteQuery({
    queryKey: imageKeys.events(place, about),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listImageEvents,
        { params: place, query: { limit: EVENTS_PAGE, ...about, ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** The entry of the recycle bin that holds an image that is not in its repository; null = none. */
export function useBinEntryOf(place: Place, repository: string, digest: string, isEnabled: boolean) {
  return useQuery({
    queryKey: imageKeys.binEntry(place, repository, digest),
    queryFn: async ({ signal }) => {
      const { items } = await callOperation(
        listBinEntries,
        { params: place, query: { search: digest, limit: 100 } },
        { signal },
      );
      return items.find((entry) => entry.digest === digest && entry.repositoryName === repository) ?? null;
    },
    enabled: isEnabled,
  });
}
