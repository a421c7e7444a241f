import type { PhaseName } from '../pdk';
import { unionOfNeeds, type PhaseNeeds } from '../pdk/phase-needs';
import type { Configuration } from './configurations';

/**
 * Requests that a configuration may have before Kong calls a phase of it: those that an earlier plugin rejected have no
 * access phase, those that still run no log phase yet. In milliseconds and in events.
 */
const PATIENCE = { events: 100, ms: 60_000 };

interface Watch {
  /** What was not called yet. */
  readonly missing: Map<PhaseName, readonly string[]>;
  readonly sinceMs: number;
  events: number;
}

/** Finds configurations with options that need a phase which Kong does not call, because the description lacks it. */
export class MissingPhases {
  private readonly watches = new WeakMap<Configuration, Watch | 'settled'>();

  constructor(private readonly nowMs: () => number) {}

  /**
   * Records an event. Returns, once for a configuration, the phases that Kong does not call and the fields that need them;
   * else undefined.
   */
  missedAt(configuration: Configuration, phase: string): PhaseNeeds | undefined {
    const watch = this.watches.get(configuration) ?? this.startWatch(configuration);
    if (watch === 'settled') return undefined;
    const { missing, sinceMs } = watch;
    missing.delete(phase as PhaseName);
    watch.events += 1;
    const isOver = watch.events >= PATIENCE.events && this.nowMs() - sinceMs >= PATIENCE.ms;
    if (missing.size > 0 && !isOver) return undefined;
    this.watches.set(configuration, 'settled');
    return missing.size > 0 ? missing : undefined;
  }

  private startWatch(configuration: Configuration): Watch {
    // A phase that every configuration needs is in every description. Of `response` the first wish to hold tells.
    const optional = [...unionOfNeeds(configuration.plugin, configuration.parts)].filter(
      ([name, by]) => name !== 'response' && by.length > 0,
    );
    const watch = { missing: new Map(optional), sinceMs: this.nowMs(), events: 0 };
    this.watches.set(configuration, watch);
    return watch;
  }
}
