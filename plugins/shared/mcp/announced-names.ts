import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';

/** The methods that name a tool or a prompt. */
export type NamingMethod = 'tools/call' | 'prompts/get';

/** True for a method that names a tool or a prompt. */
export const isNamingMethod = (method: string): method is NamingMethod =>
  method === 'tools/call' || method === 'prompts/get';

/** The bounds of {@link AnnouncedNames}. */
export interface AnnouncedNamesBounds {
  /** Names of one service and method; of listed names, the oldest is dropped first. */
  readonly namesOfService: number;
  /** Names of all services; the least recently updated service is dropped first. */
  readonly names: number;
  /** Longer names are not remembered. */
  readonly nameLength: number;
}

/** At most some 7 MB. */
const BOUNDS: AnnouncedNamesBounds = { namesOfService: 2000, names: 20_000, nameLength: 128 };

/**
 * The names of tools and prompts that servers are known to have, by the name of Kong's service.
 *
 * Names come from servers, never from clients. A server that lists more than the bounds allow affects only its own names.
 */
export class AnnouncedNames {
  /** The least recently updated service comes first. */
  private readonly services = new Map<string, Map<NamingMethod, Set<string>>>();
  private held = 0;

  constructor(private readonly bounds: AnnouncedNamesBounds = BOUNDS) {}

  /** The number of names. */
  get size(): number {
    return this.held;
  }

  /** Adds names that the server listed. */
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
   * Adds a name that a client used with success. It replaces no other name: on a server that accepts any name, clients
   * could choose which names are kept.
   */
  addConfirmed(service: string, by: NamingMethod, name: string): void {
    if (name.length > this.bounds.nameLength || this.has(service, by, name)) return;
    const known = this.of(service, by);
    if (known.size < this.bounds.namesOfService && this.held < this.bounds.names) this.add(known, name);
  }

  /** True if the server is known to have it. */
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

const perProcess = new PerProcess<AnnouncedNames>();

/** The names of this process: plugins that see responses add them, plugins that see requests look them up. */
export const announcedNamesOf = (metrics: Metrics): AnnouncedNames =>
  perProcess.get(metrics, 'announced_names', () => new AnnouncedNames());
