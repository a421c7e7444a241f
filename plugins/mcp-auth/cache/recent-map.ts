interface Entry<T> {
  readonly key: string;
  value: T;
  /** The entry that was used next, and the one that was used before. */
  newer: Entry<T> | undefined;
  older: Entry<T> | undefined;
}

/**
 * A map with a bound: the entry that was not used for the longest time makes room. Unlike the cache of npm lru-cache it takes
 * memory only for entries that exist, of which most configurations have few. Entries are linked by their use, since the first
 * key of a JavaScript map that often deletes is slow to find.
 */
export class RecentMap<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private newest: Entry<T> | undefined;
  private oldest: Entry<T> | undefined;

  /** @param max 0: nothing is kept */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.entries.size;
  }

  /** The value of a key, which counts as used. */
  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry !== this.newest) {
      this.unlink(entry);
      this.link(entry);
    }
    return entry.value;
  }

  set(key: string, value: T): void {
    const known = this.entries.get(key);
    if (known) {
      known.value = value;
      this.unlink(known);
      this.link(known);
      return;
    }
    if (this.max === 0) return;
    const entry: Entry<T> = { key, value, newer: undefined, older: undefined };
    this.entries.set(key, entry);
    this.link(entry);
    if (this.entries.size > this.max && this.oldest) this.delete(this.oldest.key);
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.unlink(entry);
  }

  /** Makes an entry the newest one. */
  private link(entry: Entry<T>): void {
    entry.older = this.newest;
    entry.newer = undefined;
    if (this.newest) this.newest.newer = entry;
    this.newest = entry;
    this.oldest ??= entry;
  }

  private unlink({ older, newer }: Entry<T>): void {
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.newest = older;
  }
}
