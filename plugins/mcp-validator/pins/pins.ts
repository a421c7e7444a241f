import { fingerprintOf, type PartHashes } from './definition-parts';
import { driftOf, type Drift } from './drift';
import type { LockedServices } from './lock-file';

/** A definition that a server announced, as far as pins see it. */
export interface SeenDefinition {
  /** Of name, description and inputSchema together. */
  readonly hash: string;
  /** Of all parts together; undefined unless a lock file is used. */
  readonly fingerprint?: string | undefined;
  /** Needed only to find out what has changed. */
  readonly parts?: PartHashes | undefined;
}

/** What a tool must be. */
export interface Pin {
  readonly isMet: (seen: SeenDefinition) => boolean;
  /** True for another output schema than the pinned one; undefined if the pin says nothing about it. */
  readonly changesOutput: ((seen: SeenDefinition) => boolean) | undefined;
  /** How a definition differs that does not meet it. */
  readonly driftOf: (seen: SeenDefinition) => Drift;
}

/** The pins of all services. */
export interface Pins {
  /** There is neither a configured pin nor a lock file. */
  readonly isEmpty: boolean;
  readonly of: (service: string, tool: string) => Pin | undefined;
  /** True for a tool without pin of a service in the lock file, which names all tools that were reviewed. */
  readonly isUnreviewed: (service: string, tool: string) => boolean;
  /** The tools of a service in the lock file. */
  readonly lockedTools: (service: string) => Iterable<string>;
}

/**
 * Combines the pins of the configuration, which hold for every service and take precedence, with those of a lock file.
 *
 * @param configured SHA-256 by the name of the tool
 */
export function combinePins(configured: Readonly<Record<string, string>>, locked: LockedServices | undefined): Pins {
  const fixed = new Map(Object.entries(configured).map(([tool, hash]) => [tool, hashPin(hash.toLowerCase())]));
  const services = new Map(
    [...(locked ?? [])].map(([service, tools]) => [
      service,
      new Map([...tools].map(([tool, parts]) => [tool, partsPin(parts)])),
    ]),
  );
  const of = (service: string, tool: string): Pin | undefined => fixed.get(tool) ?? services.get(service)?.get(tool);
  return {
    isEmpty: fixed.size === 0 && locked === undefined,
    of,
    isUnreviewed: (service, tool) => services.has(service) && of(service, tool) === undefined,
    lockedTools: (service) => services.get(service)?.keys() ?? [],
  };
}

const hashPin = (hash: string): Pin => ({
  isMet: (seen) => seen.hash === hash,
  changesOutput: undefined,
  driftOf: () => ({ class: 'definition', parts: [] }),
});

function partsPin(parts: PartHashes): Pin {
  const fingerprint = fingerprintOf(parts);
  return {
    isMet: (seen) => seen.fingerprint === fingerprint,
    changesOutput: (seen) => seen.parts?.outputSchema !== parts.outputSchema,
    driftOf: (seen) => driftOf(parts, seen.parts ?? {}) ?? { class: 'definition', parts: [] },
  };
}
