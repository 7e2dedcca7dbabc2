/** Lets revisions through that differ from the one before, the first of a burst at once and the last in any case. */
export interface ChangeGate {
  /** The first revision that is seen is where the page began: it is no change. */
  see(revision: number): void;
  close(): void;
}

/** `onChange` hears of changes at most once in `everyMs`. */
export function createChangeGate(onChange: (revision: number) => void, everyMs: number): ChangeGate {
  let known: number | null = null;
  let heard: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = () => {
    timer = undefined;
    if (known === null || known === heard) return;
    heard = known;
    timer = setTimeout(tell, everyMs);
    onChange(known);
  };
  return {
    see(revision) {
      known = revision;
      heard ??= revision;
      if (timer === undefined) tell();
    },
    close() {
      clearTimeout(timer);
      known = heard;
    },
  };
}
