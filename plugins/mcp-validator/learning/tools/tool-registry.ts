import { LRUCache } from 'lru-cache';
import type { ToolKnowledge } from '../../arguments/tool-knowledge';
import type { ToolNews, ToolPage } from '../lists/read-tool-updates';
import type { CompiledShelf } from '../schemas/compiled-schemas';
import type { ProbeQueue } from '../schemas/probe-queue';
import { SchemaShelf, type KeptSchema, type UncheckedReason } from '../schemas/schema-cache';
import { knowledgeOf, type LearnConfig, type NotingKnowledge, type ToldTool, type ToldTools } from './announced-tool';
import { PinWatch } from './pin-states';
import { ServiceTools } from './service-tools';

/** The part of the configuration that says what to learn of a server's tools. */
export interface WatchConfig extends LearnConfig {
  readonly pin: 'report' | 'enforce';
  readonly tools: LearnConfig['tools'] & {
    readonly learn_private: 'per_caller' | 'shared' | 'off';
    readonly pins: Readonly<Record<string, string>>;
  };
}

/** Why something that passed was not learned. */
export type UnlearnedReason = UncheckedReason | NonNullable<ToolNews['unread']> | 'private' | 'no_caller' | 'duplicate';

/** What came of news at once; schemas are compiled later. */
export interface Learning {
  /** Pinned tools that were announced with a definition that is new and not the pinned one. */
  readonly changed: readonly string[];
  /** Each reason once, with how often. */
  readonly unlearned: ReadonlyMap<UnlearnedReason, number>;
  /** Every name in the lists of this news, learned or not. */
  readonly listed: readonly string[];
}

/** What the watch tells later, when a schema turned out to be usable or not. */
export interface WatchEvents {
  readonly onUnlearned: (service: string, reason: UnlearnedReason, tool: string, problem: string) => void;
  /** How many tools of the service have a schema that can judge calls. */
  readonly onLearned: (service: string, usable: number) => void;
}

/** Threads and clocks that the watch works with. */
export interface WatchParts {
  readonly queue: ProbeQueue;
  readonly compiled: CompiledShelf;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What is known of the tools of each service's server. */
export interface ToolWatch {
  readonly isWatching: boolean;
  readonly hasPins: boolean;
  /** For one request. Undefined where there is nothing but what is configured. */
  readonly of: (service: string, caller: () => string) => NotingKnowledge | undefined;
  /** What the service's server told of these tools, for another thread; undefined where that is nothing. */
  readonly toldOf: (service: string, caller: () => string, tools: readonly string[]) => ToldTools | undefined;
  /** `isSuccess`: the answer's status makes clients take the list. */
  readonly learn: (service: string, caller: string | undefined, news: ToolNews, isSuccess: boolean) => Learning;
  /** Resolves when all schemas that were announced so far are compiled or given up. */
  readonly settled: () => Promise<void>;
}

/** Services of one configuration, the longest unused forgotten first. */
const MAX_SERVICES = 100;
/** Changed definitions that were told of once. */
const MAX_TOLD_CHANGES = 1000;

type HeardPage = ToolPage & { readonly isPublic: boolean };

interface Service {
  readonly tools: ServiceTools;
  readonly shelf: SchemaShelf;
  readonly pins: PinWatch;
  readonly toldChanges: LRUCache<string, true>;
}

/** Adds what servers announce to what is configured; a configured schema wins. */
export function createToolWatch(
  config: WatchConfig,
  configured: ToolKnowledge,
  { queue, compiled, now }: WatchParts,
  { onUnlearned, onLearned }: WatchEvents,
): ToolWatch {
  const { learn, pins: givenPins } = config.tools;
  const pins = new Map(Object.entries(givenPins).map(([tool, hash]) => [tool, hash.toLowerCase()]));
  const services = new LRUCache<string, Service>({ max: MAX_SERVICES });
  const isWatching = learn !== 'off' || pins.size > 0;

  const serviceOf = (name: string): Service => {
    const known = services.get(name);
    if (known) return known;
    const service: Service = {
      tools: new ServiceTools(),
      shelf: new SchemaShelf((text) => queue.add(name, text), now),
      pins: new PinWatch(pins),
      toldChanges: new LRUCache({ max: MAX_TOLD_CHANGES }),
    };
    services.set(name, service);
    return service;
  };

  const denialOf = (service: Service, caller: () => string, tool: string): ToldTool['denial'] => {
    if (config.pin !== 'enforce' || !pins.has(tool)) return undefined;
    const state = service.pins.stateOf(caller(), tool);
    return state === 'changed' || state === 'unverified' ? `tool_${state}` : undefined;
  };

  const told = (name: string, caller: () => string, tool: string): ToldTool | undefined => {
    const service = services.get(name);
    if (!service) return undefined;
    const denial = denialOf(service, caller, tool);
    if (learn === 'off' || !service.tools.has(tool)) {
      return denial && { isListed: false, schemas: [], unchecked: undefined, denial };
    }
    const found = service.tools
      .schemasOf(caller(), tool)
      .map((key): KeptSchema | UncheckedReason => (key === undefined ? 'malformed' : service.shelf.get(key)));
    const unchecked = found.find((one) => typeof one === 'string');
    const schemas = unchecked === undefined ? found.filter((one) => typeof one !== 'string') : [];
    return { isListed: true, schemas, unchecked, denial };
  };

  return {
    isWatching,
    hasPins: pins.size > 0,
    of: (service, caller) =>
      isWatching
        ? knowledgeOf(
            config,
            configured,
            (tool) => told(service, caller, tool),
            (schema) => compiled.get(service, schema),
          )
        : undefined,
    toldOf: (service, caller, tools) => {
      const all = tools.flatMap((tool) => {
        const one = told(service, caller, tool);
        return one ? [[tool, one] as const] : [];
      });
      return all.length > 0 ? new Map(all) : undefined;
    },
    learn: (name, caller, news, isSuccess) => {
      const service = serviceOf(name);
      const unlearned = new Map<UnlearnedReason, number>();
      const count = (reason: UnlearnedReason) => unlearned.set(reason, (unlearned.get(reason) ?? 0) + 1);
      if (news.listChanged) service.tools.forgetSchemas(caller);
      const pages = news.pages.map((page) => ({
        ...page,
        isPublic: !page.isPrivate || config.tools.learn_private === 'shared',
      }));
      if (learn !== 'off' && isSuccess) for (const page of pages) learnPage(name, service, caller, page, count);
      const changed = hearPins(service, caller, pages);
      if (news.unread !== undefined && isSuccess) {
        count(news.unread);
        service.pins.lose(caller);
      }
      reportUsable(name, service);
      return { changed, unlearned, listed: news.pages.flatMap(({ tools }) => tools.map((tool) => tool.name)) };
    },
    settled: async () => {
      await Promise.all([...services.values()].map(({ shelf }) => shelf.settled()));
    },
  };

  function hearPins(service: Service, caller: string | undefined, pages: readonly HeardPage[]): readonly string[] {
    if (pins.size === 0 || pages.length === 0) return [];
    return service.pins.hear(caller, pages).flatMap(({ name, hash }) => {
      const change = `${name}\n${hash}`;
      if (service.toldChanges.has(change)) return [];
      service.toldChanges.set(change, true);
      return [name];
    });
  }

  function learnPage(
    name: string,
    service: Service,
    caller: string | undefined,
    page: HeardPage,
    count: (reason: UnlearnedReason) => void,
  ): void {
    const isOwn = !page.isPublic;
    if (isOwn && (config.tools.learn_private === 'off' || caller === undefined)) {
      count(caller === undefined ? 'no_caller' : 'private');
      // The names alone: that the tools are there is no secret of the gateway's.
      for (const tool of page.tools) service.tools.announce(undefined, tool.name, undefined, true);
      return;
    }
    const twice = differingNames(page);
    if (twice.size > 0) count('duplicate');
    for (const tool of page.tools) {
      if (twice.has(tool.name)) service.tools.announce(caller, tool.name, undefined, isOwn);
      else if (tool.schemaText === undefined) {
        count('malformed');
        service.tools.announce(caller, tool.name, undefined, isOwn);
      } else {
        const { key, news } = service.shelf.put(tool.schemaText);
        service.tools.announce(caller, tool.name, key, isOwn);
        if (news) void tellLater(name, service, tool.name, news);
      }
    }
  }

  async function tellLater(
    name: string,
    service: Service,
    tool: string,
    news: ReturnType<ProbeQueue['add']>,
  ): Promise<void> {
    const probe = await news;
    if ('unusable' in probe) onUnlearned(name, probe.unusable, tool, probe.problem);
    if (service.shelf.isSettled) reportUsable(name, service);
  }

  function reportUsable(name: string, { tools, shelf }: Service): void {
    if (learn !== 'off')
      onLearned(
        name,
        tools.countWhere((key) => key !== undefined && shelf.isUsable(key)),
      );
  }
}

/** Names that stand in the page twice, with different definitions: nobody knows which one a model was shown. */
function differingNames({ tools }: ToolPage): ReadonlySet<string> {
  const hashes = new Map<string, string>();
  const twice = new Set<string>();
  for (const { name, hash } of tools) {
    if ((hashes.get(name) ?? hash) !== hash) twice.add(name);
    hashes.set(name, hash);
  }
  return twice;
}
