import { LRUCache } from 'lru-cache';
import type { ToolPage } from '../lists/read-tool-updates';

/** The state of a pinned tool in the last list: `unverified` if the list could not be read. */
export type PinState = 'unknown' | 'pinned' | 'changed' | 'unverified';

/** Callers with a state of their own, for each service. */
export const MAX_CALLERS = 1000;

/** The states of the pinned tools for one caller, or for all callers together. */
class AudiencePins {
  private readonly states = new Map<string, 'pinned' | 'changed'>();
  /** Tools that changed in the list that is being read page by page: a later page does not undo it. */
  private readonly changedInList = new Set<string>();
  /** True once a list could not be read: it may have contained any definition of a tool without state. */
  private isUnverified = false;

  stateOf(tool: string): PinState {
    return this.states.get(tool) ?? (this.isUnverified ? 'unverified' : 'unknown');
  }

  update(tool: string, isPinned: boolean, isResponse: boolean): void {
    if (!isPinned) this.changedInList.add(tool);
    if (this.changedInList.has(tool)) this.states.set(tool, 'changed');
    else if (isResponse) this.states.set(tool, 'pinned');
  }

  beginList(): void {
    this.changedInList.clear();
  }

  /** Pinned tools become unverified; changed tools stay changed. */
  markUnverified(): void {
    this.isUnverified = true;
    for (const [tool, state] of this.states) if (state === 'pinned') this.states.delete(tool);
  }

  /** Adds the denials of another audience. */
  mergeDenials(other: AudiencePins): void {
    if (other.isUnverified) this.markUnverified();
    for (const [tool, state] of other.states) if (state === 'changed') this.states.set(tool, state);
  }
}

/**
 * The states of the pinned tools of one server, for each caller by the lists that it received: a list for one caller
 * neither clears nor denies a tool for another. A caller without a list has the states of the public lists.
 */
export class PinStates {
  private readonly everyone = new AudiencePins();
  private readonly callers = new LRUCache<string, AudiencePins>({
    max: MAX_CALLERS,
    // A client cannot remove a denial by filling the cache.
    dispose: (pins, _, reason) => {
      if (reason === 'evict') this.everyone.mergeDenials(pins);
    },
  });

  constructor(private readonly pins: ReadonlyMap<string, string>) {}

  stateOf(caller: string | undefined, tool: string): PinState {
    const own = caller === undefined ? undefined : this.callers.get(caller)?.stateOf(tool);
    return own === undefined || own === 'unknown' ? this.everyone.stateOf(tool) : own;
  }

  /**
   * Adds the pages of one exchange. A page that clients do not accept as a response clears nothing.
   *
   * @returns the pinned tools that the pages announce with another definition, with the hash of that definition
   */
  update(
    caller: string | undefined,
    pages: readonly (ToolPage & { readonly isPublic: boolean })[],
  ): readonly { name: string; hash: string }[] {
    const own = caller === undefined ? [] : [this.pinsOf(caller)];
    const changed: { name: string; hash: string }[] = [];
    if (pages.some(({ isResponse, isFirst }) => isResponse && isFirst)) {
      for (const pins of [...own, this.everyone]) pins.beginList();
    }
    for (const { tools, isResponse, isPublic } of pages) {
      const audiences = isPublic ? [...own, this.everyone] : own;
      for (const { name, hash } of tools) {
        const pin = this.pins.get(name);
        if (pin === undefined) continue;
        if (hash !== pin) changed.push({ name, hash });
        for (const audience of audiences) audience.update(name, hash === pin, isResponse);
      }
    }
    return changed;
  }

  /** The caller received a list that could not be read. */
  markUnverified(caller: string | undefined): void {
    (caller === undefined ? this.everyone : this.pinsOf(caller)).markUnverified();
  }

  private pinsOf(caller: string): AudiencePins {
    const known = this.callers.get(caller);
    if (known) return known;
    const pins = new AudiencePins();
    this.callers.set(caller, pins);
    return pins;
  }
}
