import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { compileToolSchema, type CompiledSchema, type ToolSchema } from '../arguments/compile-schema';
import type { ToolNews, ToolPage } from './read-tool-lists';
import type { ToolDefinition } from './tool-definition';

/** What the server of a service has announced. */
interface LearnedTool {
  readonly hash: string;
  readonly schemaText: string;
  readonly schema: ToolSchema | undefined;
  /** Milliseconds since the epoch; after it the schema may be out of date. */
  readonly usableUntilMs: number;
}

/** What came of news. */
export interface Learning {
  /** Tools that are known now. */
  readonly size: number;
  /** Names of pinned tools whose definition is another one since this news. */
  readonly changed: readonly string[];
}

/** Tools of one service; a server that announces more is not followed further. */
const MAX_LEARNED_TOOLS = 2000;
/** Services of one configuration, the longest unused forgotten first. */
const MAX_SERVICES = 200;
/** Compiled schemas, by their text. */
const MAX_COMPILED = 2000;

/** Remembers the tools of servers, by the name of Kong's service: their schemas, and whether pinned ones changed. */
export class ToolStore {
  private readonly services = new LRUCache<string, Map<string, LearnedTool>>({ max: MAX_SERVICES });
  private readonly compiled = new LRUCache<string, CompiledSchema>({ max: MAX_COMPILED });

  constructor(
    private readonly pins: ReadonlyMap<string, string>,
    private readonly maxDepth: number,
    private readonly now: () => number,
  ) {}

  /** The schema that the service's server announced last for a tool; undefined once it may be out of date. */
  schemaOf(service: string, tool: string): ToolSchema | undefined {
    return this.usable(service, tool)?.schema;
  }

  /** The JSON text of the schema that {@link schemaOf} gives. */
  schemaTextOf(service: string, tool: string): string | undefined {
    const learned = this.usable(service, tool);
    return learned?.schema && learned.schemaText;
  }

  /** Is the tool pinned, and was its definition another one when the server announced it last? */
  hasChanged(service: string, tool: string): boolean {
    const pin = this.pins.get(tool);
    const hash = pin === undefined ? undefined : this.services.get(service)?.get(tool)?.hash;
    return hash !== undefined && hash !== pin;
  }

  /** Takes news in. Compiles one schema at a time and lets others work in between. */
  async learn(service: string, news: ToolNews): Promise<Learning> {
    if (news.listChanged) this.forgetSchemas(service);
    const changed: string[] = [];
    for (const page of news.pages) changed.push(...(await this.learnPage(service, page)));
    return { size: this.services.get(service)?.size ?? 0, changed };
  }

  private usable(service: string, tool: string): LearnedTool | undefined {
    const learned = this.services.get(service)?.get(tool);
    return learned && this.now() < learned.usableUntilMs ? learned : undefined;
  }

  private async learnPage(service: string, { tools, isWhole, ttlMs }: ToolPage): Promise<string[]> {
    const usableUntilMs = ttlMs === undefined ? Infinity : this.now() + ttlMs;
    const learned: (readonly [string, LearnedTool])[] = [];
    for (const tool of tools.slice(0, MAX_LEARNED_TOOLS)) {
      const { name, hash, schemaText } = tool;
      learned.push([name, { hash, schemaText, schema: await this.compile(tool), usableUntilMs }]);
    }
    const before = this.services.get(service) ?? new Map<string, LearnedTool>();
    const changed = learned.flatMap(([name, { hash }]) => {
      const pin = this.pins.get(name);
      return pin !== undefined && hash !== pin && before.get(name)?.hash !== hash ? [name] : [];
    });
    const after = new Map(isWhole ? learned : [...before, ...learned].slice(-MAX_LEARNED_TOOLS));
    this.services.set(service, after);
    return changed;
  }

  /** Hashes stay: a changed tool does not become trustworthy by announcing a change. */
  private forgetSchemas(service: string): void {
    const tools = this.services.get(service);
    if (!tools) return;
    for (const [name, tool] of tools) tools.set(name, { ...tool, schema: undefined });
  }

  private async compile({ schemaText }: ToolDefinition): Promise<ToolSchema | undefined> {
    let compiled = this.compiled.get(schemaText);
    if (!compiled) {
      await setImmediate();
      this.compiled.set(schemaText, (compiled = compileToolSchema(schemaText, this.maxDepth)));
    }
    return compiled.ok ? compiled.schema : undefined;
  }
}
