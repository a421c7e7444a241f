import { LRUCache } from 'lru-cache';
import type { ToolSchema } from '../../arguments/compile-tool-schema';
import type { ToolKnowledge } from '../../arguments/tool-knowledge';
import type { Drift } from '../../pins/drift';
import type { Pins } from '../../pins/pins';
import type { ToolUpdates } from '../lists/read-tool-updates';
import type { CompiledSchemas } from '../schemas/compiled-schemas';
import type { ProbeQueue } from '../schemas/probe-queue';
import type { Probe } from '../schemas/probe-schema';
import { SchemaCache, type CachedSchema, type UncheckedReason } from '../schemas/schema-cache';
import {
  toolKnowledgeOf,
  type AnnouncedTool,
  type AnnouncedTools,
  type LearnConfig,
  type ToolKnowledgeWithFindings,
} from './announced-tool';
import { driftsOfPages } from './drifts-of-pages';
import { learnPage, type PublishedPage } from './learn-page';
import { PinStates } from './pin-states';
import { ServiceOutputs, type AnnouncedOutput } from './service-outputs';
import { ServiceTools } from './service-tools';

/** The config fields about learning and pinning the tools of a server. */
export interface RegistryConfig extends LearnConfig {
  readonly pin: 'report' | 'enforce';
  readonly tools: LearnConfig['tools'] & {
    readonly learn_private: 'per_caller' | 'shared' | 'off';
  };
}

/** Why something in a response was not learned. */
export type NotLearnedReason =
  UncheckedReason | NonNullable<ToolUpdates['unread']> | 'private' | 'no_caller' | 'duplicate';

/** The immediate result of learning from a response; schemas are compiled later. */
export interface LearnResult {
  /** Tools that differ from their pins in a way that was not reported before. */
  readonly drifts: readonly (Drift & { readonly tool: string })[];
  /** Each reason with its count. */
  readonly notLearned: ReadonlyMap<NotLearnedReason, number>;
}

/** Called later, once it is known whether a schema is usable. */
export interface RegistryEvents {
  readonly onNotLearned: (service: string, reason: NotLearnedReason, tool: string, problem: string) => void;
  /** Gets the number of tools of the service whose schema can check calls. */
  readonly onLearned: (service: string, usable: number) => void;
}

/** The threads, caches and clock that the registry uses. */
export interface RegistryParts {
  readonly queue: ProbeQueue;
  readonly compiled: CompiledSchemas<ToolSchema>;
  /** The pins of this moment. */
  readonly pins: () => Pins;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What is known about the announced tools of each service. */
export interface ToolRegistry {
  /** True if the configuration learns or pins tools. */
  readonly isEnabled: boolean;
  readonly hasPins: boolean;
  /** The output schema of a tool that its server announced. */
  readonly outputOf: (service: string, caller: () => string, tool: string) => AnnouncedOutput;
  /** For one request; undefined if only configured schemas are used. */
  readonly knowledgeFor: (service: string, caller: () => string) => ToolKnowledgeWithFindings | undefined;
  /** What the server of the service announced about these tools, to be passed to another thread; undefined if nothing. */
  readonly announcedTools: (
    service: string,
    caller: () => string,
    tools: readonly string[],
  ) => AnnouncedTools | undefined;
  /** `isSuccess`: clients accept the list by the status of the response. */
  readonly learn: (
    service: string,
    caller: string | undefined,
    updates: ToolUpdates,
    isSuccess: boolean,
  ) => LearnResult;
  /** Resolves once all schemas announced so far are compiled or unusable. */
  readonly settled: () => Promise<void>;
}

/** Services of one configuration; the least recently used is dropped first. */
const MAX_SERVICES = 100;
/** Drifts that are remembered as reported, for each service. */
const MAX_REPORTED_DRIFTS = 1000;

interface Service {
  readonly name: string;
  readonly tools: ServiceTools;
  readonly schemas: SchemaCache;
  readonly outputs: ServiceOutputs | undefined;
  readonly pins: PinStates;
  readonly reportedDrifts: LRUCache<string, true>;
}

/** Adds what servers announce to the configured schemas; a configured schema takes precedence. `learnsOutputs`: of results, too. */
export function createToolRegistry(
  config: RegistryConfig,
  configured: ToolKnowledge,
  { queue, compiled, pins, now }: RegistryParts,
  { onNotLearned, onLearned }: RegistryEvents,
  learnsOutputs: boolean,
): ToolRegistry {
  const { learn } = config.tools;
  const services = new LRUCache<string, Service>({ max: MAX_SERVICES });
  const hasPins = !pins().isEmpty;
  const isEnabled = learn !== 'off' || hasPins;

  const serviceOf = (name: string): Service => {
    const known = services.get(name);
    if (known) return known;
    const pinOf = (tool: string) => pins().of(name, tool);
    const service: Service = {
      name,
      tools: new ServiceTools(),
      schemas: new SchemaCache((text) => queue.add(name, text), now),
      outputs: learnsOutputs ? new ServiceOutputs((text) => queue.add(name, text, 'output'), now, pinOf) : undefined,
      pins: new PinStates(pinOf),
      reportedDrifts: new LRUCache({ max: MAX_REPORTED_DRIFTS }),
    };
    services.set(name, service);
    return service;
  };

  const denialOf = (name: string, caller: () => string, tool: string): AnnouncedTool['denial'] => {
    if (config.pin !== 'enforce') return undefined;
    if (pins().isUnreviewed(name, tool)) return 'tool_unpinned';
    const service = services.get(name);
    if (!service || !pins().of(name, tool)) return undefined;
    const state = service.pins.stateOf(caller(), tool);
    return state === 'changed' || state === 'unverified' ? `tool_${state}` : undefined;
  };

  const announced = (name: string, caller: () => string, tool: string): AnnouncedTool | undefined => {
    const service = services.get(name);
    const denial = denialOf(name, caller, tool);
    if (!service || learn === 'off' || !service.tools.has(tool)) {
      return denial && { isListed: false, schemas: [], unchecked: undefined, denial };
    }
    const found = service.tools
      .schemasOf(caller(), tool)
      .map((key): CachedSchema | UncheckedReason => (key === undefined ? 'malformed' : service.schemas.get(key)));
    const unchecked = found.find((one) => typeof one === 'string');
    const schemas = unchecked === undefined ? found.filter((one) => typeof one !== 'string') : [];
    return { isListed: true, schemas, unchecked, denial };
  };

  return {
    isEnabled,
    hasPins,
    outputOf: (name, caller, tool) => {
      const outputs = learnsOutputs ? services.get(name)?.outputs : undefined;
      return outputs?.of(caller(), tool);
    },
    knowledgeFor: (service, caller) =>
      isEnabled
        ? toolKnowledgeOf(
            config,
            configured,
            (tool) => announced(service, caller, tool),
            (schema) => compiled.get(service, schema),
          )
        : undefined,
    announcedTools: (service, caller, tools) => {
      const all = tools.flatMap((tool) => {
        const one = announced(service, caller, tool);
        return one ? [[tool, one] as const] : [];
      });
      return all.length > 0 ? new Map(all) : undefined;
    },
    learn: (name, caller, updates, isSuccess) => {
      const service = serviceOf(name);
      const notLearned = new Map<NotLearnedReason, number>();
      const count = (reason: NotLearnedReason) => notLearned.set(reason, (notLearned.get(reason) ?? 0) + 1);
      if (updates.listChanged) {
        service.tools.forgetSchemas(caller);
        service.outputs?.forget(caller);
      }
      const pages = updates.pages.map((page) => ({
        ...page,
        isPublic: !page.isPrivate || config.tools.learn_private === 'shared',
      }));
      if (learn !== 'off' && isSuccess) {
        const onProbe = (tool: string, probed: Promise<Probe>) => void reportProbe(service, tool, probed);
        const learnsPrivate = config.tools.learn_private !== 'off';
        for (const page of pages) learnPage(service, caller, page, learnsPrivate, { count, onProbe });
      }
      const drifts = updatePins(service, caller, pages);
      if (updates.unread !== undefined && isSuccess) {
        count(updates.unread);
        service.pins.markUnverified(caller);
      }
      reportUsable(service);
      return { drifts, notLearned };
    },
    settled: async () => {
      await Promise.all([...services.values()].map(({ schemas }) => schemas.settled()));
      await Promise.all([...services.values()].map(({ outputs }) => outputs?.settled() ?? Promise.resolve()));
    },
  };

  function updatePins(
    service: Service,
    caller: string | undefined,
    pages: readonly PublishedPage[],
  ): LearnResult['drifts'] {
    if (!hasPins || pages.length === 0) return [];
    return driftsOfPages(service.name, pages, service.pins.update(caller, pages), pins()).flatMap(
      ({ definition, ...drift }) => {
        const key = `${drift.tool}\n${drift.class}\n${definition}`;
        if (service.reportedDrifts.has(key)) return [];
        service.reportedDrifts.set(key, true);
        return [drift];
      },
    );
  }

  async function reportProbe(service: Service, tool: string, probed: Promise<Probe>): Promise<void> {
    const probe = await probed;
    if ('unusable' in probe) onNotLearned(service.name, probe.unusable, tool, probe.problem);
    if (service.schemas.isSettled) reportUsable(service);
  }

  function reportUsable({ name, tools, schemas }: Service): void {
    if (learn === 'off') return;
    onLearned(
      name,
      tools.countWhere((key) => key !== undefined && schemas.isUsable(key)),
    );
  }
}
