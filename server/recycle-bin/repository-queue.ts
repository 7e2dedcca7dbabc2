/** Items waiting to be moved, handed out a few of one repository at a time, each time of the next repository. */
export class RepositoryQueue<T extends { repositoryName: string }> {
  readonly #waiting = new Map<string, T[]>();

  constructor(items: readonly T[]) {
    for (const item of items) {
      const own = this.#waiting.get(item.repositoryName);
      if (own === undefined) this.#waiting.set(item.repositoryName, [item]);
      else own.push(item);
    }
  }

  /** In the order they came within a repository; empty when nothing waits. */
  take(count: number): T[] {
    for (const [name, items] of this.#waiting) {
      this.#waiting.delete(name);
      const taken = items.splice(0, count);
      // Behind the others: two lanes in one repository wait for each other's lock.
      if (items.length > 0) this.#waiting.set(name, items);
      return taken;
    }
    return [];
  }
}
