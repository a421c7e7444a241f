import type { Drift } from '../../pins/drift';
import type { Pins } from '../../pins/pins';
import type { ToolDefinition } from '../lists/tool-definition';
import type { PublishedPage } from './learn-page';

/** A tool that differs from its pin. */
export interface FoundDrift extends Drift {
  readonly tool: string;
  /** The hash of what was found; empty for a tool that is gone. */
  readonly definition: string;
}

/**
 * What differs from the pins in the pages of one exchange.
 *
 * A pinned tool is gone only if a complete, public list lacks it: a list for one caller may be shorter.
 *
 * @param changed the pinned tools that have another definition
 */
export function driftsOfPages(
  service: string,
  pages: readonly PublishedPage[],
  changed: readonly ToolDefinition[],
  pins: Pins,
): readonly FoundDrift[] {
  const drifts: FoundDrift[] = changed.flatMap((tool) => {
    const drift = pins.of(service, tool.name)?.driftOf(tool);
    return drift ? [{ ...drift, tool: tool.name, definition: tool.fingerprint ?? tool.hash }] : [];
  });
  for (const { tools, isPublic, isResponse, isFirst, isLast } of pages) {
    const names = new Set(tools.map(({ name }) => name));
    for (const { name, hash } of tools) {
      if (pins.isUnreviewed(service, name)) drifts.push({ class: 'new', parts: [], tool: name, definition: hash });
    }
    if (!(isPublic && isResponse && isFirst && isLast)) continue;
    for (const tool of pins.lockedTools(service)) {
      if (!names.has(tool)) drifts.push({ class: 'gone', parts: [], tool, definition: '' });
    }
  }
  return drifts;
}
