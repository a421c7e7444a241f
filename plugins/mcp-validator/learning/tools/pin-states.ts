import { LRUCache } from 'lru-cache';
import type { Pin, SeenDefinition } from '../../pins/pins';
import type { ToolPage } from '../lists/read-tool-updates';
import type { ToolDefinition } from '../lists/tool-definition';

/** The pin of a tool. Pins may change while states are kept. */
export type PinOf = (tool: string) => Pin | undefined;

/** The state of a pinned tool in the last list: `unverified` if the list could not be read. */
export type PinState = 'unknown' | 'pinned' | 'changed' | 'unverified';

/** Callers with a state of their own, for each service. */
export const MAX_CALLERS = 1000;

/** The states of the pinned tools for one caller, or for all callers together. */
class AudiencePins {
  /** The last definition that counts: the state follows from the pin of the tool. */
  private readonly seen = new Map<string, SeenDefinition>();
  /** Tools that changed in the list that is being read page by page: a later page does not undo it. */
  private readonly changedInList = new Set<string>();
  /** True once a list could not be read: it may have contained any definition of a tool without state. */
  private isUnverified = false;

  constructor(private readonly pinOf: PinOf) {}

  stateOf(tool: string): PinState {
    const seen = this.seen.get(tool);
    if (seen) return this.isPinned(tool, seen) ? 'pinned' : 'changed';
    return this.isUnverified ? 'unverified' : 'unknown';
  }

  update(tool: string, definition: SeenDefinition, isPinned: boolean, isResponse: boolean): void {
    if (!isPinned) this.changedInList.add(tool);
    if (!isPinned || (isResponse && !this.changedInList.has(tool))) this.seen.set(tool, definition);
  }

  beginList(): void {
    this.changedInList.clear();
  }

  /** Pinned tools become unverified; changed tools stay changed. */
  markUnverified(): void {
    this.isUnverified = true;
    for (const [tool, seen] of this.seen) if (this.isPinned(tool, seen)) this.seen.delete(tool);
  }

  /** Adds the denials of another audience. */
  mergeDenials(other: AudiencePins): void {
    if (other.isUnverified) this.markUnverified();
    for (const [tool, seen] of other.seen) if (!this.isPinned(tool, seen)) this.seen.set(tool, seen);
  }

  private isPinned(tool: string, seen: SeenDefinition): boolean {
    return this.pinOf(tool)?.isMet(seen) ?? true;
  }
}

/**
 * The states of the pinned tools of one server, for each caller by the lists that it received: a list for one caller
 * neither clears nor denies a tool for another. A caller without a list has the states of the public lists.
 */
export class PinStates {
  private readonly everyone: AudiencePins;
  private readonly callers = new LRUCache<string, AudiencePins>({
    max: MAX_CALLERS,
    // A client cannot remove a denial by filling the cache.
    dispose: (pins, _, reason) => {
      if (reason === 'evict') this.everyone.mergeDenials(pins);
    },
  });

  constructor(private readonly pinOf: PinOf) {
    this.everyone = new AudiencePins(pinOf);
  }

  stateOf(caller: string | undefined, tool: string): PinState {
    const own = caller === undefined ? undefined : this.callers.get(caller)?.stateOf(tool);
    return own === undefined || own === 'unknown' ? this.everyone.stateOf(tool) : own;
  }

  /**
   * Adds the pages of one exchange. A page that clients do not accept as a response clears nothing.
   *
   * @returns the pinned tools that the pages announce with another definition
   */
  update(
    caller: string | undefined,
    pages: readonly (ToolPage & { readonly isPublic: boolean })[],
  ): readonly ToolDefinition[] {
    const own = caller === undefined ? [] : [this.pinsOf(caller)];
    const changed: ToolDefinition[] = [];
    if (pages.some(({ isResponse, isFirst }) => isResponse && isFirst)) {
      for (const pins of [...own, this.everyone]) pins.beginList();
    }
    for (const { tools, isResponse, isPublic } of pages) {
      const audiences = isPublic ? [...own, this.everyone] : own;
      for (const definition of tools) {
        const { name, hash, fingerprint } = definition;
        const pin = this.pinOf(name);
        if (!pin) continue;
        const isPinned = pin.isMet(definition);
        if (!isPinned) changed.push(definition);
        for (const audience of audiences) audience.update(name, { hash, fingerprint }, isPinned, isResponse);
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
    const pins = new AudiencePins(this.pinOf);
    this.callers.set(caller, pins);
    return pins;
  }
}
