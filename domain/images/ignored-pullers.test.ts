import { describe, expect, test } from "vitest";
import { compileIgnoredPullers } from "./ignored-pullers";

const by = (userAgent: string, ...accounts: string[]) => ({ userAgent, accounts });

describe("N-12 whose pulls count", () => {
  test("scanners and mirrors do not, whatever version and case", () => {
    const isIgnored = compileIgnoredPullers([]);
    for (const agent of [
      "trivy/0.50.1",
      "Trivy/dev",
      "aquasecurity/trivy 0.1",
      "harbor-scanner-trivy/0.30",
      "clair/4.7",
      "grype/0.7",
      "Anchore Engine",
      "snyk-container",
      "sysdig-agent",
    ])
      expect(isIgnored(by(agent, "ada")), agent).toBe(true);
  });

  test("what runs images does, and nobody is ignored by being nobody", () => {
    const isIgnored = compileIgnoredPullers([]);
    for (const agent of [
      "docker/27.1 go/go1.22",
      "containerd/1.7",
      "cri-o/1.30",
      "skopeo/1.9",
      "my-trivy-runner",
      "not a grype",
      "",
    ])
      expect(isIgnored(by(agent, "trivy", "")), agent).toBe(false);
  });

  test("a space names accounts whole and programs by their start, with wildcards", () => {
    const isIgnored = compileIgnoredPullers(["Mirror-*", "*@scan.example", "curl", " backup bot "]);
    expect(isIgnored(by("docker/27", "mirror-eu"))).toBe(true);
    expect(isIgnored(by("docker/27", "usr_1", "the mirror-eu"))).toBe(false);
    expect(isIgnored(by("docker/27", "usr_1", "bot@scan.example"))).toBe(true);
    expect(isIgnored(by("docker/27", "bot@scan.example.org"))).toBe(false);
    expect(isIgnored(by("curl/8.4"))).toBe(true);
    expect(isIgnored(by("docker/27", "curl"))).toBe(true);
    expect(isIgnored(by("docker/27", "curly"))).toBe(false);
    expect(isIgnored(by("docker/27", "Backup Bot"))).toBe(true);
    expect(isIgnored(by("mirror-of-things/1"))).toBe(true);
  });

  test("a part is not matched twice, and a pattern of nothing matches nothing", () => {
    expect(compileIgnoredPullers(["ab*b"])(by("", "ab"))).toBe(false);
    expect(compileIgnoredPullers(["ab*b"])(by("", "abb"))).toBe(true);
    for (const pattern of ["", " ", "*", "**"])
      expect(compileIgnoredPullers([pattern])(by("docker", "ada"))).toBe(false);
    expect(compileIgnoredPullers(["a*".repeat(90)])(by("a".repeat(200), "b"))).toBe(true);
  });
});
