/** A pin as reasons tell it: “by Ada until 2026-05-01 12:00 UTC: rollback”. */
export function pinText(pin: { ownerName: string; expiresAt: Date | null; reason: string }): string {
  const until =
    pin.expiresAt === null ? "" : ` until ${pin.expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `by ${pin.ownerName}${until}: ${pin.reason}`;
}
