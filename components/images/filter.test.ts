import { createLoader, createSerializer } from "nuqs";
import { describe, expect, test } from "vitest";
import { imageFilterSchema } from "@/contracts/images";
import { filterOfView, type ImageView, imageViewParsers, isFiltered, orderOf, sortBy } from "./filter-url";
import { filterParts, parseSize, QUICK_FILTERS } from "./filter-words";

const load = createLoader(imageViewParsers);
const write = createSerializer(imageViewParsers);
const view = (query: string) => load(new URLSearchParams(query)) as ImageView;

describe("a filter in the address", () => {
  test("K-31 goes out as it came in, and is what the API takes", () => {
    const query =
      "?repository=acme/web&q=api&tag=v1.*&state=tagged&kind=index&health=broken&olderThanDays=30&youngerThanDays=90&idleDays=7&pulled=never&minBytes=1073741824&maxBytes=9000000000&platform=linux/arm64&pinned=no&sort=size&order=asc";
    const asked = view(query);
    expect([...new URLSearchParams(write(asked))].sort()).toEqual([...new URLSearchParams(query)].sort());
    const filter = filterOfView(asked);
    expect(imageFilterSchema.parse(filter)).toEqual(filter);
    expect(filter).toMatchObject({ search: "api", tag: "v1.*", minBytes: 1073741824, pinned: "no" });
  });

  test("K-31 what the API would refuse is left out instead of breaking the page", () => {
    const filter = filterOfView(
      view(
        `?olderThanDays=-3&idleDays=1e9&minBytes=12.5&kind=virus&state=gone&q=${"x".repeat(999)}&tag=${"y".repeat(999)}`,
      ),
    );
    expect(imageFilterSchema.safeParse(filter).success).toBe(true);
    expect(Object.keys(filter).sort()).toEqual(["search", "state", "tag"]);
  });

  test("D-03 nothing asked is no filter; anything asked is one, and is said in words", () => {
    expect(isFiltered(filterOfView(view("?sort=size")))).toBe(false);
    expect(filterParts(filterOfView(view("")))).toEqual([]);
    const filter = filterOfView(view("?state=untagged&olderThanDays=1&minBytes=1073741824&pulled=never"));
    expect(isFiltered(filter)).toBe(true);
    expect(filterParts(filter).map(({ text }) => text)).toEqual([
      "untagged",
      "pushed more than 1 day ago",
      "never pulled",
      "1.00 GiB or larger",
    ]);
  });

  test("D-03 a quick filter is on exactly where its own patch stands in the address", () => {
    for (const quick of QUICK_FILTERS) {
      expect(quick.isOn(view(""))).toBe(false);
      expect(quick.isOn(view(write(quick.on)))).toBe(true);
      expect(filterParts(filterOfView(view(write(quick.on)))).map(({ key }) => key)).toEqual([quick.key]);
    }
  });

  test("K-31 a column sorts its usual way first, and the other way with the next click", () => {
    expect(orderOf({ sort: "size", order: null })).toBe("desc");
    expect(sortBy({ sort: "pushed", order: null }, "size")).toEqual({ sort: "size", order: null });
    expect(sortBy({ sort: "size", order: null }, "size")).toEqual({ sort: "size", order: "asc" });
    expect(sortBy({ sort: "size", order: "asc" }, "size")).toEqual({ sort: "size", order: null });
    expect(sortBy({ sort: "name", order: null }, "name")).toEqual({ sort: "name", order: "desc" });
  });

  test("K-31 sizes are read as people write them", () => {
    expect(["1 GiB", "1.5g", "200 MB", "4096", "0,5 kb"].map(parseSize)).toEqual([
      1024 ** 3,
      1.5 * 1024 ** 3,
      200 * 1024 ** 2,
      4096,
      512,
    ]);
    expect(["", "big", "-1", "1 XB", "9999999 TiB"].map(parseSize)).toEqual([null, null, null, null, null]);
  });
});
