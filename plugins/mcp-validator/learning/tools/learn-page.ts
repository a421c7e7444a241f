import type { ToolPage } from '../lists/read-tool-updates';
import type { Probe } from '../schemas/probe-schema';
import type { SchemaCache } from '../schemas/schema-cache';
import { differingNames } from './differing-names';
import type { ServiceOutputs } from './service-outputs';
import type { ServiceTools } from './service-tools';

/** A page of a list, and whether it is announced to all callers. */
export type PublishedPage = ToolPage & { readonly isPublic: boolean };

/** What a service learns into. */
interface Target {
  readonly tools: ServiceTools;
  readonly schemas: SchemaCache;
  /** Undefined if output is not checked. */
  readonly outputs: ServiceOutputs | undefined;
}

/** What is reported about a page. */
interface PageEvents {
  readonly count: (reason: 'private' | 'no_caller' | 'duplicate' | 'malformed') => void;
  /** A new schema is being compiled. */
  readonly onProbe: (tool: string, probed: Promise<Probe>) => void;
}

/** Adds the tools of a page to what is known about a service. `learnsPrivate`: private pages may be learned. */
export function learnPage(
  { tools, schemas, outputs }: Target,
  caller: string | undefined,
  page: PublishedPage,
  learnsPrivate: boolean,
  { count, onProbe }: PageEvents,
): void {
  const isOwn = !page.isPublic;
  if (isOwn && (!learnsPrivate || caller === undefined)) {
    count(caller === undefined ? 'no_caller' : 'private');
    // Only the names: the gateway does not need to hide that the tools exist.
    for (const tool of page.tools) tools.announce(undefined, tool.name, undefined, true);
    return;
  }
  const differing = differingNames(page.tools);
  if (differing.size > 0) count('duplicate');
  for (const tool of page.tools) {
    if (!differing.has(tool.name)) outputs?.announce(caller, tool, isOwn, onProbe);
    if (differing.has(tool.name)) tools.announce(caller, tool.name, undefined, isOwn);
    else if (tool.schemaText === undefined) {
      count('malformed');
      tools.announce(caller, tool.name, undefined, isOwn);
    } else {
      const { key, probed } = schemas.put(tool.schemaText);
      tools.announce(caller, tool.name, key, isOwn);
      if (probed) onProbe(tool.name, probed);
    }
  }
}
