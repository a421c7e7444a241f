import { LRUCache } from 'lru-cache';
import type { CachedSchema } from './schema-cache';

/**
 * The size of the largest schema that is compiled in the main thread, which takes a few milliseconds. Calls of tools with
 * a larger one are checked in another thread.
 */
export const MAX_MAIN_THREAD_BYTES = 262_144;
/** Schemas of one service that are compiled there in one second. */
export const MAX_PER_SECOND = 20;
/** Compiled schemas; the least recently used is dropped first. */
const MAX_COMPILED = 500;
/** Services whose compilations are counted. */
const MAX_SERVICES = 1000;

/** Compiles the text of a schema that was usable before. */
type Compile<Schema> = (text: string) => { readonly ok: true; readonly schema: Schema } | { readonly ok: false };

/** The schemas of all services in the main thread, each compiled at its first use. `now` returns milliseconds. */
export class CompiledSchemas<Schema extends object> {
  private readonly compiled = new LRUCache<string, Schema>({ max: MAX_COMPILED });
  private readonly compilations = new LRUCache<string, { second: number; count: number }>({ max: MAX_SERVICES });

  constructor(
    private readonly now: () => number,
    private readonly compile: Compile<Schema>,
  ) {}

  /** The compiled schema; undefined if it must not be compiled in this thread, or not now. */
  get(service: string, { key, text, bytes }: CachedSchema): Schema | undefined {
    if (bytes > MAX_MAIN_THREAD_BYTES) return undefined;
    const known = this.compiled.get(key);
    if (known || !this.mayCompile(service)) return known;
    const made = this.compile(text);
    if (!made.ok) return undefined;
    this.compiled.set(key, made.schema);
    return made.schema;
  }

  private mayCompile(service: string): boolean {
    const second = Math.floor(this.now() / 1000);
    const before = this.compilations.get(service);
    const count = before?.second === second ? before.count : 0;
    if (count >= MAX_PER_SECOND) return false;
    this.compilations.set(service, { second, count: count + 1 });
    return true;
  }
}
