/** The part of a budget that a row may use: a row for a name that only a client vouches for may use half of it. */
export type Share = 1 | 0.5;

/** What the counters of a configuration, or of the whole process, may use, and what they use. */
export class Budget {
  bytes = 0;
  rows = 0;

  /** `parent`: the budget that this one is a part of. */
  constructor(
    readonly maxBytes: number,
    private readonly maxRows = Infinity,
    readonly parent?: Budget,
  ) {}

  /** True if there is room for this many more bytes and rows. */
  hasRoom(bytes: number, rows: number, share: Share): boolean {
    return this.rows + rows <= this.maxRows * share && this.bytes + bytes <= this.maxBytes * share;
  }

  /** Records that more bytes and rows are in use, here and in the parent; negative numbers return them. */
  use(bytes: number, rows: number): void {
    this.bytes += bytes;
    this.rows += rows;
    this.parent?.use(bytes, rows);
  }
}
