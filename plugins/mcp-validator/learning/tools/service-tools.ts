import { LRUCache } from 'lru-cache';
import type { SchemaKey } from '../schemas/schema-cache';

/** A schema that was announced for a tool; undefined where the announcement had none, or two. */
interface Announcement {
  readonly schema: SchemaKey | undefined;
  /** Whom it was announced to last. */
  readonly caller: string | undefined;
}

/** Tools of one service whose names are known, whoever they were announced to; the longest unused are forgotten. */
const MAX_NAMES = 2000;
/** Announcements of one service that are for one caller alone. */
const MAX_OWN = 4000;
/** Servers behind one service, and callers of older revisions, may be told different things of one tool. */
const MAX_VARIANTS = 4;

/**
 * What the server of one service announced, by caller where it is private. A list adds and updates; it takes nothing
 * away, since a shorter one may be that of a caller with fewer rights.
 */
export class ServiceTools {
  private readonly shared = new LRUCache<string, readonly Announcement[]>({ max: MAX_NAMES });
  private readonly own = new LRUCache<string, Announcement>({ max: MAX_OWN });

  /** Was the tool in a list of anyone? */
  has(tool: string): boolean {
    return this.shared.has(tool);
  }

  /** Tools of which some announcement has a schema like this. */
  countWhere(isWanted: (schema: SchemaKey | undefined) => boolean): number {
    const names = new Set<string>();
    for (const [tool, all] of this.shared.entries()) if (all.some(({ schema }) => isWanted(schema))) names.add(tool);
    for (const [key, { schema }] of this.own.entries()) {
      if (isWanted(schema)) names.add(key.slice(key.indexOf('\n') + 1));
    }
    return names.size;
  }

  /** The schemas that a call of the tool may follow, the latest first; undefined stands for one that is none. */
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

  /** The caller was told that its tools have changed: what it was told before judges no more calls. */
  forgetSchemas(caller: string | undefined): void {
    for (const [tool, announcements] of [...this.shared.entries()]) {
      const kept = announcements.filter((one) => one.caller !== caller);
      if (kept.length < announcements.length) this.shared.set(tool, kept);
      if (caller !== undefined) this.own.delete(ownKey(caller, tool));
    }
  }
}

const ownKey = (caller: string, tool: string): string => `${caller}\n${tool}`;
