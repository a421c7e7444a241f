import type { LogEntry } from '../log-entry';
import { parentOf, type ParentSource } from './parent';
import type { ParentContext } from './span';
import type { StartedSpan } from './started-span';

/** The ids of a span, if they were chosen before, and its parent. */
export interface IdsAndParent {
  readonly ids?: ParentContext;
  readonly parent?: ParentContext;
}

/**
 * The ids and the parent of a request's span. If the access phase started it, the `traceparent` in the log entry is the
 * span itself, so the values of the access phase are used.
 */
export function idsAndParentOf(entry: LogEntry, source: ParentSource, started: StartedSpan | undefined): IdsAndParent {
  if (!started) {
    const parent = parentOf(entry, source);
    return parent ? { parent } : {};
  }
  // Kong's own span is not exported, so it is no parent. The trace stays the same: the upstream got its id.
  const isKongs = source === 'client' && entry.traceId !== undefined;
  return { ids: started.ids, ...(started.parent && !isKongs && { parent: started.parent }) };
}
