import type { ToolKnowledge } from '../arguments/tool-knowledge';
import type { ToolNews } from './read-tool-lists';
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
  readonly learn: (service: string, news: ToolNews) => Promise<Learning>;
}

/** Adds what servers announce to what is configured; a configured schema wins. `now` in milliseconds. */
export function createToolWatch(config: WatchConfig, configured: ToolKnowledge, now: () => number): ToolWatch {
  const { learn, pins } = config.tools;
  const lowerCasePins = Object.entries(pins).map(([tool, hash]) => [tool, hash.toLowerCase()] as const);
  const store = new ToolStore(new Map(lowerCasePins), config.max_depth, now);
  const isWatching = learn || lowerCasePins.length > 0;
  return {
    isWatching,
    of: (service) =>
      isWatching
        ? {
            schemaOf: (tool) => configured.schemaOf(tool) ?? (learn ? store.schemaOf(service, tool) : undefined),
            isDenied: (tool) => config.pin === 'enforce' && store.hasChanged(service, tool),
          }
        : configured,
    learn: (service, news) => store.learn(service, news),
  };
}
