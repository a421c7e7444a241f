import type { LogEntry } from '../log-entry';
import { parentOf, type ParentSource } from './parent';
import type { ParentContext } from './span';
import type { StartedSpan } from './started-span';

/** Where a span stands: its own ids where they were given out, and what it hangs under. */
export interface IdsAndParent {
  readonly ids?: ParentContext;
  readonly parent?: ParentContext;
}

/**
 * The place of a request's span. Where the access phase began it, the request's `traceparent` is the span itself, so
 * what was noted then counts.
 */
export function idsAndParentOf(entry: LogEntry, source: ParentSource, started: StartedSpan | undefined): IdsAndParent {
  if (!started) {
    const parent = parentOf(entry, source);
    return parent ? { parent } : {};
  }
  // The span of Kong that it would hang under is exported nowhere; it stays in that trace, which the upstream was told.
  const isKongs = source === 'client' && entry.traceId !== undefined;
  return { ids: started.ids, ...(started.parent && !isKongs && { parent: started.parent }) };
}
