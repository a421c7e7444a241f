import { PARTS, type Part, type PartHashes } from './definition-parts';

/**
 * What a change of a tool may mean. `behaviour`: its annotations or its required arguments; `schema`: its schemas or its
 * user interface; `text`: only what a model reads; `new`: it is not pinned; `gone`: a pinned tool is missing; `definition`:
 * its pin is one hash, which does not show what has changed.
 */
export type DriftClass = 'behaviour' | 'schema' | 'text' | 'new' | 'gone' | 'definition';

/** How a tool differs from its pin. */
export interface Drift {
  readonly class: DriftClass;
  /** The parts that were added, removed or changed. */
  readonly parts: readonly Part[];
}

const BEHAVIOUR = new Set<Part>(['annotations', 'inputSchema.required']);
const TEXT = new Set<Part>(['title', 'description']);

/** Compares a definition with its pin; undefined if all parts are equal. */
export function driftOf(pinned: PartHashes, found: PartHashes): Drift | undefined {
  const parts = PARTS.filter((part) => pinned[part] !== found[part]);
  if (parts.length === 0) return undefined;
  if (parts.some((part) => BEHAVIOUR.has(part))) return { class: 'behaviour', parts };
  return { class: parts.every((part) => TEXT.has(part)) ? 'text' : 'schema', parts };
}

/** Compares all tools of a server with its pins, by name in order. */
export function driftsOf(
  pinned: ReadonlyMap<string, PartHashes>,
  found: ReadonlyMap<string, PartHashes>,
): ReadonlyMap<string, Drift> {
  const drifts = new Map<string, Drift>();
  for (const name of [...new Set([...pinned.keys(), ...found.keys()])].sort()) {
    const [before, after] = [pinned.get(name), found.get(name)];
    const drift: Drift | undefined =
      before && after ? driftOf(before, after) : { class: before ? 'gone' : 'new', parts: [] };
    if (drift) drifts.set(name, drift);
  }
  return drifts;
}
