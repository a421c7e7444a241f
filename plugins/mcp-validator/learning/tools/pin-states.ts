import { LRUCache } from 'lru-cache';
import type { ToolPage } from '../lists/read-tool-updates';

/** What the last list said of a pinned tool: `unverified` when it could not be read. */
export type PinState = 'unheard' | 'pinned' | 'changed' | 'unverified';

/** Callers whose own lists are remembered for a service. */
export const MAX_CALLERS = 1000;

/** What one audience was told of the pinned tools. */
class Words {
  private readonly words = new Map<string, 'pinned' | 'changed'>();
  /** Changed since the list that is being paged through began: a later page does not take it back. */
  private readonly changedInList = new Set<string>();
  /** A list could not be read since: a tool without a word has been told of, perhaps, as anything. */
  private isUnverified = false;

  stateOf(tool: string): PinState {
    return this.words.get(tool) ?? (this.isUnverified ? 'unverified' : 'unheard');
  }

  hear(tool: string, isPinned: boolean, isAnswer: boolean): void {
    if (!isPinned) this.changedInList.add(tool);
    if (this.changedInList.has(tool)) this.words.set(tool, 'changed');
    else if (isAnswer) this.words.set(tool, 'pinned');
  }

  beginList(): void {
    this.changedInList.clear();
  }

  /** What was verified is so no longer; what has changed stays so. */
  lose(): void {
    this.isUnverified = true;
    for (const [tool, word] of this.words) if (word === 'pinned') this.words.delete(tool);
  }

  /** Takes over what denies. */
  mergeDenials(other: Words): void {
    if (other.isUnverified) this.lose();
    for (const [tool, word] of other.words) if (word === 'changed') this.words.set(tool, word);
  }
}

/**
 * Whether the pinned tools of one server are still what was pinned, for each caller by the lists that it got: what one
 * caller was told neither clears nor denies a tool for another. For a caller that got none the public lists speak.
 */
export class PinWatch {
  private readonly everyone = new Words();
  private readonly callers = new LRUCache<string, Words>({
    max: MAX_CALLERS,
    // Nobody gets rid of a denial by making the gateway forget it.
    dispose: (words, _, reason) => {
      if (reason === 'evict') this.everyone.mergeDenials(words);
    },
  });

  constructor(private readonly pins: ReadonlyMap<string, string>) {}

  stateOf(caller: string | undefined, tool: string): PinState {
    const own = caller === undefined ? undefined : this.callers.get(caller)?.stateOf(tool);
    return own === undefined || own === 'unheard' ? this.everyone.stateOf(tool) : own;
  }

  /**
   * Takes the pages of one exchange in; gives the pinned tools, with hashes, that they announced with another definition.
   * What no client takes for an answer clears nothing.
   */
  hear(
    caller: string | undefined,
    pages: readonly (ToolPage & { readonly isPublic: boolean })[],
  ): readonly { name: string; hash: string }[] {
    const own = caller === undefined ? [] : [this.wordsOf(caller)];
    const changed: { name: string; hash: string }[] = [];
    if (pages.some(({ isAnswer, isFirst }) => isAnswer && isFirst)) {
      for (const words of [...own, this.everyone]) words.beginList();
    }
    for (const { tools, isAnswer, isPublic } of pages) {
      const audiences = isPublic ? [...own, this.everyone] : own;
      for (const { name, hash } of tools) {
        const pin = this.pins.get(name);
        if (pin === undefined) continue;
        if (hash !== pin) changed.push({ name, hash });
        for (const words of audiences) words.hear(name, hash === pin, isAnswer);
      }
    }
    return changed;
  }

  /** A list went to the caller that could not be read. */
  lose(caller: string | undefined): void {
    (caller === undefined ? this.everyone : this.wordsOf(caller)).lose();
  }

  private wordsOf(caller: string): Words {
    const known = this.callers.get(caller);
    if (known) return known;
    const words = new Words();
    this.callers.set(caller, words);
    return words;
  }
}
