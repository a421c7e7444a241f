import type { ToolKnowledge } from '../arguments/tool-knowledge';
import type { ToolNews } from './read-tool-lists';
import type { ToldTools } from './told-tools';
import { ToolStore, type Learning } from './tool-store';

/** The part of the configuration that says what to learn of a server's tools. */
export interface WatchConfig {
  readonly max_depth: number;
  readonly pin: 'report' | 'enforce';
  readonly tools: { readonly learn: boolean; readonly pins: Readonly<Record<string, string>> };
}

/** What is known of the tools of each service's server. */
export interface ToolWatch {
  readonly isWatching: boolean;
  readonly of: (service: string) => ToolKnowledge;
  /** What the service's server told of these tools, for another thread; undefined where that is nothing. */
  readonly toldOf: (service: string, tools: readonly string[]) => ToldTools | undefined;
  readonly learn: (service: string, news: ToolNews) => Promise<Learning>;
}

/** Adds what servers announce to what is configured; a configured schema wins. `now` in milliseconds. */
export function createToolWatch(config: WatchConfig, configured: ToolKnowledge, now: () => number): ToolWatch {
  const { learn, pins } = config.tools;
  const lowerCasePins = Object.entries(pins).map(([tool, hash]) => [tool, hash.toLowerCase()] as const);
  const store = new ToolStore(new Map(lowerCasePins), config.max_depth, now);
  const isWatching = learn || lowerCasePins.length > 0;
  const isDenied = (service: string, tool: string) => config.pin === 'enforce' && store.hasChanged(service, tool);
  return {
    isWatching,
    of: (service) =>
      isWatching
        ? {
            schemaOf: (tool) => configured.schemaOf(tool) ?? (learn ? store.schemaOf(service, tool) : undefined),
            isDenied: (tool) => isDenied(service, tool),
          }
        : configured,
    toldOf: (service, tools) => {
      const told = tools.flatMap((tool) => {
        const schemaText = learn ? store.schemaTextOf(service, tool) : undefined;
        const denied = isDenied(service, tool);
        return schemaText !== undefined || denied ? [[tool, { schemaText, isDenied: denied }] as const] : [];
      });
      return told.length > 0 ? new Map(told) : undefined;
    },
    learn: (service, news) => store.learn(service, news),
  };
}
