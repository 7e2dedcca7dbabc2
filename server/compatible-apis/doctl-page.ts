import { env } from "@/server/platform/env";
import type { Slice } from "./compatible-apis.store";

const PER_PAGE = 20;
const PER_PAGE_MAX = 200;
const PAGE_MAX = 1_000_000;

/** Which page is asked for; what is no number of ours counts as not said. */
export interface Page {
  number: number;
  perPage: number;
}

export function pageOf(query: URLSearchParams): Page {
  const number = (name: string, fallback: number, max: number) => {
    const value = Number(query.get(name));
    return Number.isInteger(value) && value >= 1 ? Math.min(value, max) : fallback;
  };
  return { number: number("page", 1, PAGE_MAX), perPage: number("per_page", PER_PAGE, PER_PAGE_MAX) };
}

export function sliceOf({ number, perPage }: Page): Slice {
  return { offset: (number - 1) * perPage, limit: perPage };
}

/**
 * `links` and `meta` of a list. The client reads the number of the page it is on from `prev` or `next`, and how many there are from
 * `last`; it stops where there is no `next`.
 */
export function pageLinks(path: string, { number, perPage }: Page, total: number) {
  const pages = Math.max(1, Math.ceil(total / perPage));
  const link = (page: number) => `${env().RECLAIM_URL}${path}?page=${page}&per_page=${perPage}`;
  const before = number > 1 ? { first: link(1), prev: link(Math.min(number - 1, pages)) } : {};
  const after = number < pages ? { next: link(number + 1), last: link(pages) } : {};
  return { links: pages > 1 || number > 1 ? { pages: { ...before, ...after } } : {}, meta: { total } };
}
