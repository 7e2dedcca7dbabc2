import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { listImages, listRepositories } from "@/contracts/images";

const REPOSITORIES_PAGE = 500;
const IMAGES_PAGE = 250;

export type ImageFilter = {
  repository?: string;
  search?: string;
  state: "any" | "tagged" | "untagged";
  sort: "pushed" | "size" | "name";
};

const imageKeys = {
  repositories: (workspaceId: string, spaceId: string, search: string) =>
    ["repositories", workspaceId, spaceId, search] as const,
  images: (workspaceId: string, spaceId: string, filter: ImageFilter) =>
    ["images", workspaceId, spaceId, filter] as const,
};

/** Repositories of a space by name, page by page. */
export function useRepositories(workspaceId: string, spaceId: string, search: string) {
  return useInfiniteQuery({
    queryKey: imageKeys.repositories(workspaceId, spaceId, search),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listRepositories,
        {
          params: { workspaceId, spaceId },
          query: {
            limit: REPOSITORIES_PAGE,
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

/**
 * Images of a space, page by page. Pages stay as they were read until something changes them (a sync, a run): reading two hundred
 * of them again because a window got the focus would help nobody.
 */
export function useImages(workspaceId: string, spaceId: string, filter: ImageFilter) {
  return useInfiniteQuery({
    queryKey: imageKeys.images(workspaceId, spaceId, filter),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listImages,
        {
          params: { workspaceId, spaceId },
          query: { limit: IMAGES_PAGE, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
