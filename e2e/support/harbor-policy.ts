/** A retention policy as Harbor answers it: keeps the ten newest pushes of versions; everything else of the project goes, which it does not say. */
export const HARBOR_POLICY = {
  algorithm: "or",
  scope: { level: "project", ref: 1 },
  trigger: { kind: "Schedule", settings: { cron: "0 0 2 * * 6" }, references: {} },
  rules: [
    {
      action: "retain",
      template: "latestPushedK",
      params: { latestPushedK: 10 },
      disabled: false,
      scope_selectors: { repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }] },
      tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "*.*", extras: '{"untagged":false}' }],
    },
  ],
};
