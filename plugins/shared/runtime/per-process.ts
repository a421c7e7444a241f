import type { Metrics } from '../../../kong/pdk';

/**
 * State that all configurations of a process share. It lives as long as the metrics of the process and is not global, so
 * that a test can have several independent states.
 */
export class PerProcess<T> {
  private readonly states = new WeakMap<Metrics, Map<string, T>>();

  /** The state with this name; created at the first call. */
  get(metrics: Metrics, name: string, make: () => T): T {
    const states = this.statesOf(metrics);
    const existing = states.get(name);
    if (existing !== undefined) return existing;
    const made = make();
    states.set(name, made);
    return made;
  }

  delete(metrics: Metrics, name: string): void {
    this.statesOf(metrics).delete(name);
  }

  private statesOf(metrics: Metrics): Map<string, T> {
    const existing = this.states.get(metrics);
    if (existing) return existing;
    const states = new Map<string, T>();
    this.states.set(metrics, states);
    return states;
  }
}
