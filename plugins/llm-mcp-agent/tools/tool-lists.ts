import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../../shared/json/json-object';
import type { Revision } from '../../shared/mcp/revisions';

/** The tools of a server, and the revision that it speaks. */
export interface ToolList {
  readonly tools: readonly JsonObject[];
  readonly revision: Revision | undefined;
}

const MAX_LISTS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Lists of tools by caller and server. A list is never used for another caller: servers may show each one others. */
export class ToolLists {
  private readonly lists: LRUCache<string, ToolList> | undefined;

  /** @param ttlMs 0 keeps nothing */
  constructor(ttlMs: number, now: () => number) {
    if (ttlMs === 0) return;
    this.lists = new LRUCache({
      max: MAX_LISTS,
      maxSize: MAX_BYTES,
      ttl: ttlMs,
      ttlResolution: 0,
      perf: { now },
      sizeCalculation: ({ tools }) => JSON.stringify(tools).length + 1,
    });
  }

  get(caller: string, server: string): ToolList | undefined {
    return this.lists?.get(`${caller}\n${server}`);
  }

  set(caller: string, server: string, list: ToolList): void {
    this.lists?.set(`${caller}\n${server}`, list);
  }
}
