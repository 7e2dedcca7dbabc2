/** A schedule as people say it; what cannot be said so is written as a cron expression. Hours and minutes are wall-clock time. */
export type CronChoice = { hour: number; minute: number } & (
  | { every: "day" }
  /** 0 = Sunday … 6 = Saturday, ascending, at least one */
  | { every: "week"; weekdays: readonly number[] }
  | { every: "month"; day: number | "last" }
);

const DAY_NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** What a cron expression says as a choice, or null where it says more than a choice can. */
export function readCronChoice(expression: string): CronChoice | null {
  const fields = expression.trim().split(/\s+/);
  const [minuteText, hourText, dayText, month, weekdayText, ...more] = fields;
  if (more.length > 0 || month !== "*" || weekdayText === undefined) return null;
  const minute = plainNumber(minuteText, 59);
  const hour = plainNumber(hourText, 23);
  if (minute === null || hour === null) return null;
  if (dayText === "*" && weekdayText === "*") return { every: "day", hour, minute };
  if (dayText === "*") {
    const weekdays = readWeekdays(weekdayText);
    return weekdays && { every: "week", weekdays, hour, minute };
  }
  if (weekdayText !== "*") return null;
  if (dayText === "L") return { every: "month", day: "last", hour, minute };
  const day = plainNumber(dayText, 31);
  return day === null || day === 0 ? null : { every: "month", day, hour, minute };
}

/** A choice as a cron expression of 5 fields. */
export function cronOf(choice: CronChoice): string {
  const time = `${choice.minute} ${choice.hour}`;
  switch (choice.every) {
    case "day":
      return `${time} * * *`;
    case "week":
      return `${time} * * ${[...choice.weekdays].sort((a, b) => a - b).join(",")}`;
    case "month":
      return `${time} ${choice.day === "last" ? "L" : choice.day} * *`;
  }
}

function readWeekdays(text: string): number[] | null {
  const days = new Set<number>();
  for (const part of text.split(",")) {
    const [from, to = from, ...more] = part.split("-").map(weekdayOf);
    if (from === undefined || to === undefined || from === null || to === null || more.length > 0 || to < from) {
      return null;
    }
    // 7 is Sunday too.
    for (let day = from; day <= to; day++) days.add(day % 7);
  }
  return [...days].sort((a, b) => a - b);
}

function weekdayOf(text: string): number | null {
  const named = DAY_NAMES.indexOf(text.toUpperCase());
  return named === -1 ? plainNumber(text, 7) : named;
}

function plainNumber(text: string | undefined, maximum: number): number | null {
  if (text === undefined || !/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value <= maximum ? value : null;
}
