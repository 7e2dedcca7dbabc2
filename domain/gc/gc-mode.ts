/** read_only: pushes are refused meanwhile, what is unused goes at once; online: nobody is kept out, two marks around a quarantine. */
export const GC_MODES = ["read_only", "online"] as const;
export type GcMode = (typeof GC_MODES)[number];
