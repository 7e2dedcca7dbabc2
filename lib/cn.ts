import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

/** Joins class names; of two Tailwind classes for the same property the later one wins, so that a caller can override a primitive. */
export function cn(...classes: ClassValue[]): string {
  return twMerge(clsx(classes));
}
