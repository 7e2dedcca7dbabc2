import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imageSelectionSchema } from "@/contracts/images";
import {
  headerState,
  type ImageName,
  isSelected,
  NOTHING,
  orderedRange,
  SELECTION_NAMES_MAX,
  selectedCount,
  selectFilter,
  toggleImage,
  toImageSelection,
  withImages,
} from "./selection";

const image = (at: number): ImageName => ({ repositoryName: `acme/app-${at % 3}`, digest: `sha256:${at}` });
const images = (count: number) => Array.from({ length: count }, (_, at) => image(at));

describe("selection", () => {
  test("D-05 rows are selected by name and turned the other way one by one", () => {
    const two = toggleImage(toggleImage(NOTHING, image(1)), image(2));
    expect(selectedCount(two, 100)).toBe(2);
    expect(isSelected(two, image(1))).toBe(true);
    const one = toggleImage(two, image(1));
    expect(isSelected(one, image(1))).toBe(false);
    expect(toImageSelection(one)).toEqual({ images: [image(2)] });
    expect(toImageSelection(NOTHING)).toBeNull();
  });

  test("D-05 the header checkbox means every image of the filter, not just those that were loaded", () => {
    const filter = { state: "untagged" as const };
    const all = selectFilter(filter);
    expect(headerState(all, 12_345)).toBe(true);
    expect(selectedCount(all, 12_345)).toBe(12_345);
    const butOne = toggleImage(all, image(7));
    expect(headerState(butOne, 12_345)).toBe("indeterminate");
    expect(selectedCount(butOne, 12_345)).toBe(12_344);
    expect(isSelected(butOne, image(7))).toBe(false);
    expect(toImageSelection(butOne)).toEqual({ filter, except: [image(7)] });
    expect(headerState(toggleImage(butOne, image(7)), 12_345)).toBe(true);
    expect(headerState(NOTHING, 12_345)).toBe(false);
  });

  test("D-05 a range is added to rows and taken out of a filter alike", () => {
    const range = images(10).slice(3, 6);
    expect(selectedCount(withImages(NOTHING, range, true), 10)).toBe(3);
    const filter = withImages(selectFilter({ state: "any" }), range, false);
    expect(selectedCount(filter, 10)).toBe(7);
    expect(selectedCount(withImages(filter, range, true), 10)).toBe(10);
    expect(orderedRange(6, 3)).toEqual([3, 6]);
  });

  test("D-05 more names than a request takes are not sent at all", () => {
    expect(toImageSelection(withImages(NOTHING, images(SELECTION_NAMES_MAX + 1), true))).toBeNull();
  });

  test("D-05 whatever is clicked, what is sent is what is shown, and the API takes it", () => {
    const acts = fc.array(
      fc.oneof(fc.nat(20), fc.constant("all" as const), fc.tuple(fc.nat(20), fc.nat(20), fc.boolean())),
    );
    fc.assert(
      fc.property(acts, (clicks) => {
        let selection = NOTHING;
        const shown = new Set<number>();
        for (const click of clicks) {
          if (click === "all") {
            selection = selectFilter({ state: "any" });
            for (let at = 0; at <= 20; at++) shown.add(at);
          } else if (typeof click === "number") {
            selection = toggleImage(selection, image(click));
            if (!shown.delete(click)) shown.add(click);
          } else {
            const [from, to] = orderedRange(click[0], click[1]);
            selection = withImages(selection, images(21).slice(from, to + 1), click[2]);
            for (let at = from; at <= to; at++) {
              if (click[2]) shown.add(at);
              else shown.delete(at);
            }
          }
        }
        for (let at = 0; at <= 20; at++) expect(isSelected(selection, image(at))).toBe(shown.has(at));
        expect(selectedCount(selection, 21)).toBe(shown.size);
        const sent = toImageSelection(selection);
        if (sent !== null) expect(imageSelectionSchema.safeParse(sent).success).toBe(true);
        else expect(shown.size).toBe(0);
      }),
    );
  });
});
