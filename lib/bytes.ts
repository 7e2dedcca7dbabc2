const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const STEP = 1024;

/**
 * Formats a size for people: whole bytes below 1 KiB ("512 B"), above it binary units with three significant digits ("1.50 MiB", "128 GiB").
 * Negative values keep their sign (a difference); anything that is not a finite number reads "–".
 */
export function formatBytes(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes)) return "–";
  const sign = sizeBytes < 0 ? "−" : "";
  const absolute = Math.abs(Math.trunc(sizeBytes));
  if (absolute < STEP) return `${sign}${absolute} B`;

  let value = absolute / STEP;
  let unit = 0;
  // 999.5 would round to "1000"; four digits are right up to 1023, but 1023.6 must become "1.00" of the next unit.
  while (unit < UNITS.length - 1 && Math.round(value) >= STEP) {
    value /= STEP;
    unit += 1;
  }
  const digits = threeDigits(value);
  return `${sign}${digits} ${UNITS[unit]}`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return String(Math.round(value));
  if (value >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

/** Formats the exact number of bytes with grouped digits: "1,234,567 bytes", "1 byte". */
export function formatExactBytes(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes)) return "unknown size";
  const whole = Math.trunc(sizeBytes);
  return `${whole.toLocaleString("en-US")} ${Math.abs(whole) === 1 ? "byte" : "bytes"}`;
}
