import { LRUCache } from 'lru-cache';
import type { SchemaKey } from '../schemas/schema-cache';

/** An announcement of a tool. */
interface Announcement {
  /** Undefined if the announcement has no schema, or two different ones. */
  readonly schema: SchemaKey | undefined;
  /** The last caller that received it. */
  readonly caller: string | undefined;
}

/** Known tools of one service, for all callers together; the least recently used is dropped first. */
const MAX_NAMES = 2000;
/** Announcements of one service for only one caller. */
const MAX_OWN = 4000;
/** Current schemas of one tool: the servers behind a service may differ, and so may the callers' revisions. */
const MAX_VARIANTS = 4;

/**
 * The tools that the server of one service announced, by caller if they are private. A list adds and updates tools; it
 * removes none, since a shorter list may be that of a caller with fewer permissions.
 */
export class ServiceTools {
  private readonly shared = new LRUCache<string, readonly Announcement[]>({ max: MAX_NAMES });
  private readonly own = new LRUCache<string, Announcement>({ max: MAX_OWN });

  /** True if the tool was in a list of any caller. */
  has(tool: string): boolean {
    return this.shared.has(tool);
  }

  /** The number of tools with an announcement whose schema is wanted. */
  countWhere(isWanted: (schema: SchemaKey | undefined) => boolean): number {
    const names = new Set<string>();
    for (const [tool, all] of this.shared.entries()) if (all.some(({ schema }) => isWanted(schema))) names.add(tool);
    for (const [key, { schema }] of this.own.entries()) {
      if (isWanted(schema)) names.add(key.slice(key.indexOf('\n') + 1));
    }
    return names.size;
  }

  /** The schemas that a call of the tool may match, the latest first; undefined for an announcement without schema. */
  schemasOf(caller: string | undefined, tool: string): readonly (SchemaKey | undefined)[] {
    const own = caller === undefined ? undefined : this.own.get(ownKey(caller, tool));
    return own ? [own.schema] : (this.shared.get(tool) ?? []).map(({ schema }) => schema);
  }

  announce(caller: string | undefined, tool: string, schema: SchemaKey | undefined, isPrivate: boolean): void {
    const before = this.shared.get(tool) ?? [];
    if (isPrivate) {
      if (caller !== undefined) this.own.set(ownKey(caller, tool), { schema, caller });
      this.shared.set(tool, before);
      return;
    }
    const others = before.filter((one) => one.schema !== schema && (caller === undefined || one.caller !== caller));
    this.shared.set(tool, [{ schema, caller }, ...others].slice(0, MAX_VARIANTS));
  }

  /** The tools of the caller have changed: schemas that were announced to it are not used any more. */
  forgetSchemas(caller: string | undefined, isKept: (tool: string) => boolean = () => false): void {
    for (const [tool, announcements] of [...this.shared.entries()]) {
      if (isKept(tool)) continue;
      const kept = announcements.filter((one) => one.caller !== caller);
      if (kept.length < announcements.length) this.shared.set(tool, kept);
      if (caller !== undefined) this.own.delete(ownKey(caller, tool));
    }
  }
}

const ownKey = (caller: string, tool: string): string => `${caller}\n${tool}`;
