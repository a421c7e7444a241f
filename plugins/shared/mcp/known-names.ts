import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';

/** The method that uses what a name stands for: a tool or a prompt. */
export type NamingMethod = 'tools/call' | 'prompts/get';

/** True for a method that uses the name of a tool or prompt. */
export const isNamingMethod = (method: string): method is NamingMethod =>
  method === 'tools/call' || method === 'prompts/get';

/** The bounds of {@link KnownNames}. */
export interface KnownNamesBounds {
  /** Names of one service and kind; of listed ones the oldest go first. */
  readonly namesOfService: number;
  /** Names of all services; those of the service that was told of longest ago go first. */
  readonly names: number;
  /** Longer names are not remembered. */
  readonly nameLength: number;
}

/** Some 7 MB at most. */
const BOUNDS: KnownNamesBounds = { namesOfService: 2000, names: 20_000, nameLength: 128 };

/**
 * The names of tools and prompts that servers are known to offer, by the name of Kong's service.
 *
 * Servers tell them, never clients. A server that lists more than the bounds harms the knowledge of itself alone.
 */
export class KnownNames {
  /** The service that was told of longest ago first. */
  private readonly services = new Map<string, Map<NamingMethod, Set<string>>>();
  private held = 0;

  constructor(private readonly bounds: KnownNamesBounds = BOUNDS) {}

  /** How many names are remembered. */
  get size(): number {
    return this.held;
  }

  /** The server listed these. */
  addListed(service: string, by: NamingMethod, names: Iterable<string>): void {
    const known = this.of(service, by);
    for (const name of names) {
      if (name.length > this.bounds.nameLength) continue;
      this.delete(known, name);
      const oldest = known.values().next();
      if (known.size >= this.bounds.namesOfService && !oldest.done) this.delete(known, oldest.value);
      this.add(known, name);
    }
    this.forgetOthers(service);
  }

  /**
   * The server did as asked of this one. It takes no other's place: a server that takes any name would let clients
   * choose what is remembered.
   */
  addConfirmed(service: string, by: NamingMethod, name: string): void {
    if (name.length > this.bounds.nameLength || this.has(service, by, name)) return;
    const known = this.of(service, by);
    if (known.size < this.bounds.namesOfService && this.held < this.bounds.names) this.add(known, name);
  }

  /** Is it known that the server offers it? */
  has(service: string, by: NamingMethod, name: string): boolean {
    return this.services.get(service)?.get(by)?.has(name) ?? false;
  }

  private of(service: string, by: NamingMethod): Set<string> {
    const kinds = this.services.get(service) ?? new Map<NamingMethod, Set<string>>();
    this.services.delete(service);
    this.services.set(service, kinds);
    let known = kinds.get(by);
    if (!known) kinds.set(by, (known = new Set()));
    return known;
  }

  private add(known: Set<string>, name: string): void {
    known.add(name);
    this.held += 1;
  }

  private delete(known: Set<string>, name: string): void {
    if (known.delete(name)) this.held -= 1;
  }

  private forgetOthers(kept: string): void {
    for (const [service, kinds] of this.services) {
      if (this.held <= this.bounds.names) return;
      if (service === kept) continue;
      for (const known of kinds.values()) this.held -= known.size;
      this.services.delete(service);
    }
  }
}

const perProcess = new PerProcess<KnownNames>();

/** What is known in this process: the plugins that see answers tell it, those that see requests ask for it. */
export const knownNamesOf = (metrics: Metrics): KnownNames =>
  perProcess.get(metrics, 'offered_names', () => new KnownNames());
