/** Lets callers that ask for the same at the same time share one piece of work. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Promise<T>>();

  /** The result of the work in progress for this key, or of new work. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.flights.get(key);
    if (known) return known;
    const flight = work().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }

  /** True if there is work in progress for this key. */
  has(key: string): boolean {
    return this.flights.has(key);
  }
}
