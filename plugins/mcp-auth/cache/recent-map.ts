/**
 * A map with a bound: the entry that was not used for the longest time makes room. Unlike the cache of npm lru-cache it takes
 * memory only for entries that exist, of which most configurations have few.
 */
export class RecentMap<T> {
  private readonly entries = new Map<string, T>();

  /** @param max 0: nothing is kept */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.entries.size;
  }

  /** The value of a key, which counts as used. */
  get(key: string): T | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.max) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}
