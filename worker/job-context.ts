export interface JobContext {
  readonly workerId: string;
  /** Aborts when the worker stops. */
  readonly shutdown: AbortSignal;
}
