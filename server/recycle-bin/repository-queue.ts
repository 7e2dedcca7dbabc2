/**
 * Items waiting to be moved, handed out a few of one repository at a time. Each lane stays in its repository until nothing of it waits:
 * what was seen of it is still fresh then, and two lanes in one would wait for each other's lock.
 */
export class RepositoryQueue<T extends { repositoryName: string }> {
  readonly #waiting = new Map<string, T[]>();
  readonly #laneIn = new Map<number, string>();

  constructor(items: readonly T[]) {
    for (const item of items) {
      const own = this.#waiting.get(item.repositoryName);
      if (own === undefined) this.#waiting.set(item.repositoryName, [item]);
      else own.push(item);
    }
  }

  /** In the order they came within a repository; empty when nothing waits. */
  take(lane: number, count: number): T[] {
    const name = this.#repositoryFor(lane);
    const items = name === undefined ? undefined : this.#waiting.get(name);
    if (name === undefined || items === undefined) return [];
    this.#laneIn.set(lane, name);
    const taken = items.splice(0, count);
    if (items.length === 0) this.#waiting.delete(name);
    return taken;
  }

  #repositoryFor(lane: number): string | undefined {
    const own = this.#laneIn.get(lane);
    if (own !== undefined && this.#waiting.has(own)) return own;
    const names = [...this.#waiting.keys()];
    const taken = new Set([...this.#laneIn].flatMap(([other, name]) => (other === lane ? [] : [name])));
    // Where each is some lane's, they share.
    return names.find((name) => !taken.has(name)) ?? names[0];
  }
}
