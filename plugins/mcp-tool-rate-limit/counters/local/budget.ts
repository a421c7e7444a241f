/** How much of a budget a row may be one of: a row that a client's word alone asks for finds room in half of it. */
export type Share = 1 | 0.5;

/** What the counters of a configuration, or of the process, may take, and what they take. */
export class Budget {
  bytes = 0;
  rows = 0;

  /** `whole`: the budget that this one is a part of. */
  constructor(
    readonly maxBytes: number,
    private readonly maxRows = Infinity,
    readonly whole?: Budget,
  ) {}

  /** Is there room for so many bytes and rows more? */
  hasRoom(bytes: number, rows: number, share: Share): boolean {
    return this.rows + rows <= this.maxRows * share && this.bytes + bytes <= this.maxBytes * share;
  }

  /** Notes that so many bytes and rows more are taken; negative ones are given back. */
  take(bytes: number, rows: number): void {
    this.bytes += bytes;
    this.rows += rows;
    this.whole?.take(bytes, rows);
  }
}
