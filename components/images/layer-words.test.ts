import { expect, test } from "vitest";
import type { ImageConfigDto } from "@/contracts/image-details";
import { layerState, sharedWithText, stepsOfLayers, stepText } from "./layer-words";
import { pullCommand, pullReferences } from "./pull-reference";

const layer = (otherImages: number, isInBin = false, isForeign = false) => ({ otherImages, isInBin, isForeign });

test("R-04 a layer says with how many images it is shared, and that counting stopped", () => {
  expect(sharedWithText(layer(0))).toBe("Only this image uses it");
  expect(sharedWithText(layer(1))).toBe("Shared with 1 image");
  expect(sharedWithText(layer(12))).toBe("Shared with 12 images");
  expect(sharedWithText(layer(1000))).toBe("Shared with 1,000+ images");
  expect(sharedWithText(layer(0, true))).toBe("Held by the recycle bin");
  expect(sharedWithText(layer(2, true))).toBe("Shared with 2 images and the recycle bin");
});

test("R-03 only a layer that nothing else uses counts as this image's own", () => {
  expect([layer(0), layer(3), layer(0, true), layer(3, true), layer(0, false, true)].map(layerState)).toEqual([
    "own",
    "shared",
    "bin",
    "shared",
    "foreign",
  ]);
});

test("K-31 build steps are matched to layers, and not at all where their number differs", () => {
  const step = (createdBy: string, at: number | null) => ({ createdBy, createdAt: null, comment: "", layer: at });
  const config = { history: [step("ADD a", 0), step("ENV B=c", null), step("COPY d", 1)] } as ImageConfigDto;
  expect([...stepsOfLayers(config, 2)]).toEqual([
    [0, "ADD a"],
    [1, "COPY d"],
  ]);
  expect(stepsOfLayers(config, 3).size).toBe(0);
  expect(stepsOfLayers(null, 3).size).toBe(0);
});

test("K-31 steps read as they were written", () => {
  expect(stepText('/bin/sh -c #(nop)  CMD ["sh"]')).toBe('CMD ["sh"]');
  expect(stepText("/bin/sh -c apt-get   update")).toBe("RUN apt-get update");
  expect(stepText("RUN /bin/sh -c npm ci # buildkit")).toBe("RUN npm ci");
  expect(stepText("COPY . /srv # buildkit")).toBe("COPY . /srv");
});

test("K-31 pull commands fit the tool and the registry", () => {
  const { byTag, byDigest } = pullReferences("registry.example", {
    repositoryName: "acme/web",
    digest: "sha256:1",
    tags: ["v1"],
  });
  expect(byTag).toBe("registry.example/acme/web:v1");
  expect(pullCommand("docker", byDigest, true)).toBe("docker pull registry.example/acme/web@sha256:1");
  expect(pullCommand("podman", byDigest, false)).toBe("podman pull registry.example/acme/web@sha256:1");
  expect(pullCommand("podman", byDigest, true)).toContain("--tls-verify=false");
  expect(pullCommand("skopeo", byTag ?? "", true)).toBe(
    "skopeo copy --all --src-tls-verify=false docker://registry.example/acme/web:v1 oci-archive:image.tar",
  );
});
