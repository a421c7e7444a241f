const none: readonly string[] = [];

/**
 * Request headers as Kong returns them, with every value of a repeated header. Lookups ignore case.
 *
 * A value is a latin1 string, one character per byte, so that every byte of a client is kept and none fails to decode.
 */
export class Headers {
  private constructor(
    private readonly values: ReadonlyMap<string, readonly string[]>,
    /** Number of values of all names. */
    readonly size: number,
  ) {}

  /** Creates headers from a map of names to a value or a list of values; ignores other values. */
  static from(raw: Readonly<Record<string, unknown>>): Headers {
    const values = new Map<string, readonly string[]>();
    let size = 0;
    for (const name of Object.keys(raw)) {
      const value = raw[name];
      const list =
        typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((v) => typeof v === 'string') : none;
      if (list.length === 0) continue;
      const key = name.toLowerCase();
      const known = values.get(key);
      values.set(key, known ? [...known, ...list] : list);
      size += list.length;
    }
    return new Headers(values, size);
  }

  /** These headers after changes: without the cleared ones, and with the set ones instead of others of the same names. */
  changed(cleared: readonly string[], set: Readonly<Record<string, string | readonly string[]>>): Headers {
    const values = new Map(this.values);
    let { size } = this;
    const names = Object.keys(set);
    const replaced = names.map((name) => name.toLowerCase());
    const change = (key: string, list: readonly string[]): void => {
      size += list.length - (values.get(key)?.length ?? 0);
      if (list.length > 0) values.set(key, list);
      else values.delete(key);
    };
    for (const name of cleared) {
      const key = name.toLowerCase();
      if (!replaced.includes(key)) change(key, none);
    }
    names.forEach((name, index) => {
      const value = set[name] ?? none;
      change(replaced[index] ?? name, typeof value === 'string' ? [value] : value);
    });
    return new Headers(values, size);
  }

  /** The first value, or undefined. The case of `name` does not matter. */
  get(name: string): string | undefined {
    return this.find(name)?.[0];
  }

  /** Every value, in order; empty where the header is absent. The case of `name` does not matter. */
  all(name: string): readonly string[] {
    return this.find(name) ?? none;
  }

  /** Whether the header is there, even with an empty value. The case of `name` does not matter. */
  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** The names, in lower case. */
  names(): Iterable<string> {
    return this.values.keys();
  }

  /** Plain values, that {@link Headers.from} takes back. */
  toRecord(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.values);
  }

  private find(name: string): readonly string[] | undefined {
    const found = this.values.get(name);
    if (found) return found;
    // A name in lower case, as plugins write it, is not looked up twice.
    const lowerCase = name.toLowerCase();
    return lowerCase === name ? undefined : this.values.get(lowerCase);
  }
}
