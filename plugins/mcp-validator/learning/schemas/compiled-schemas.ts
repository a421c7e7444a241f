import { LRUCache } from 'lru-cache';
import { compileToolSchema, type ToolSchema } from '../../arguments/compile-tool-schema';
import type { KeptSchema } from './schema-cache';

/**
 * A schema of up to so many bytes is compiled in the main thread, in a few milliseconds; calls of tools with a larger
 * one are judged in another thread.
 */
export const MAX_BYTES_AT_ONCE = 262_144;
/** Schemas that one service may have compiled there in a second. */
export const MAX_PER_SECOND = 20;
/** Compiled schemas that are kept, the longest unused forgotten first. */
const MAX_COMPILED = 500;
/** Services whose use is remembered. */
const MAX_SERVICES = 1000;

/** The schemas of all services that are compiled in the main thread, each at its first use. `now` in milliseconds. */
export class CompiledShelf {
  private readonly compiled = new LRUCache<string, ToolSchema>({ max: MAX_COMPILED });
  private readonly made = new LRUCache<string, { second: number; count: number }>({ max: MAX_SERVICES });

  constructor(
    private readonly now: () => number,
    private readonly compile = compileToolSchema,
  ) {}

  /** The schema, compiled; undefined where that must not be done in this thread, or not now. */
  get(service: string, { key, text, bytes }: KeptSchema): ToolSchema | undefined {
    if (bytes > MAX_BYTES_AT_ONCE) return undefined;
    const known = this.compiled.get(key);
    if (known || !this.mayMake(service)) return known;
    const made = this.compile(text);
    if (!made.ok) return undefined;
    this.compiled.set(key, made.schema);
    return made.schema;
  }

  private mayMake(service: string): boolean {
    const second = Math.floor(this.now() / 1000);
    const before = this.made.get(service);
    const count = before?.second === second ? before.count : 0;
    if (count >= MAX_PER_SECOND) return false;
    this.made.set(service, { second, count: count + 1 });
    return true;
  }
}
