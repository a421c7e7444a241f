import type { LuaValue } from '../lua/value';

/** A header with its original name and its value as a byte string. */
export type HeaderPair = readonly [name: string, value: string];

/**
 * The headers of a message in their order, with repetitions. Lookups ignore the case of names; values are byte
 * strings.
 */
export class HeaderList {
  private pairs: HeaderPair[] = [];

  /** From Node's flat list of names and values. */
  static fromRaw(raw: readonly string[]): HeaderList {
    const list = new HeaderList();
    for (let index = 0; index + 1 < raw.length; index += 2) list.pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
    return list;
  }

  /** The first value. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.pairs.find(([key]) => key.toLowerCase() === wanted)?.[1];
  }

  /** Every value in order. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.pairs.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Replaces every value; an empty list removes the header. */
  set(name: string, ...values: readonly string[]): void {
    this.remove(name);
    this.add(name, ...values);
  }

  /** The same as nginx does in a request: a header that is there keeps the spelling of its name. */
  replace(name: string, ...values: readonly string[]): void {
    const wanted = name.toLowerCase();
    const [known = name] = this.pairs.find(([key]) => key.toLowerCase() === wanted) ?? [];
    this.set(known, ...values);
  }

  add(name: string, ...values: readonly string[]): void {
    for (const value of values) this.pairs.push([name, value]);
  }

  remove(name: string): void {
    const wanted = name.toLowerCase();
    this.pairs = this.pairs.filter(([key]) => key.toLowerCase() !== wanted);
  }

  clear(): void {
    this.pairs = [];
  }

  /** All pairs, in order. */
  entries(): readonly HeaderPair[] {
    return this.pairs;
  }

  /** A flat list for Node's `writeHead`. */
  toRaw(): string[] {
    return this.pairs.flat();
  }

  /**
   * As `ngx.req.get_headers(max)` returns them: names in lower case, a list for a repeated name. Headers after the
   * first `max` are omitted.
   */
  toTable(max: number): Record<string, LuaValue> {
    const table = Object.create(null) as Record<string, LuaValue>;
    for (const [name, value] of this.pairs.slice(0, max)) {
      const key = name.toLowerCase();
      const present = table[key];
      table[key] =
        present === undefined ? value : Array.isArray(present) ? [...(present as LuaValue[]), value] : [present, value];
    }
    return { ...table };
  }
}
