/** How many request ids are remembered at least, and at most twice as many. About 100 bytes each. */
export const REMEMBERED_REQUESTS = 65_536;

/**
 * The ids of the latest requests, to recognize the entries of a batch that Kong sends again. Kong sends a batch again if
 * it received no response, for example because of its timeout.
 */
export class SeenRequests {
  private current = new Set<string>();
  private previous = new Set<string>();

  constructor(private readonly remembered = REMEMBERED_REQUESTS) {}

  /** Remembers an id. Returns false if it is known already. */
  add(id: string): boolean {
    if (this.current.has(id) || this.previous.has(id)) return false;
    this.current.add(id);
    if (this.current.size >= this.remembered) {
      this.previous = this.current;
      this.current = new Set();
    }
    return true;
  }
}
