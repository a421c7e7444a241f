import type { ReadUpstreamHealth, UpstreamHealth } from '../../../kong/pdk';
import type { BackendState } from './backend-state';

/** The settings of {@link HealthPoller}. */
export interface HealthPollerOptions {
  /** The base URL of Kong's Status API or Admin API. */
  readonly url: string;
  readonly intervalMs: number;
  readonly read: ReadUpstreamHealth;
  /** Called with the state of a backend each time Kong reports it. */
  readonly onState: (backend: Backend, state: BackendState) => void;
}

/** A backend that received calls. */
export interface Backend {
  /** The host of Kong's service: the name of an upstream if Kong checks its health. */
  readonly host: string;
  /** The label in metrics. */
  readonly label: string;
  readonly namespace: string;
}

/** The number of backends that are polled. */
const MAX_BACKENDS = 200;
const TIMEOUT_MS = 2000;

/**
 * Polls Kong for the health of the backends that received calls, so that the metrics show a failure or a recovery
 * before the next call. Never throws. For a backend whose health Kong does not report, the metrics depend on the calls.
 */
export class HealthPoller {
  private readonly backends = new Map<string, Backend>();
  private readonly reported = new Set<string>();
  private readonly timer: NodeJS.Timeout;
  private readonly stopped = new AbortController();
  private isPolling = false;

  constructor(private readonly options: HealthPollerOptions) {
    this.timer = setInterval(() => void this.poll(), options.intervalMs).unref();
  }

  /** Adds a backend; true if Kong reports its health, so that calls need not set it. */
  covers(backend: Backend): boolean {
    const key = `${backend.label}\n${backend.namespace}`;
    if (!this.backends.has(key) && this.backends.size < MAX_BACKENDS) this.backends.set(key, backend);
    return this.reported.has(backend.host);
  }

  close(): void {
    clearInterval(this.timer);
    this.stopped.abort();
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    const backends = [...this.backends.values()];
    for (const host of new Set(backends.map((backend) => backend.host))) {
      const state = await this.stateOf(host);
      if (this.stopped.signal.aborted) return;
      if (!state) this.reported.delete(host);
      else {
        this.reported.add(host);
        for (const backend of backends) if (backend.host === host) this.options.onState(backend, state);
      }
    }
    this.isPolling = false;
  }

  private async stateOf(host: string): Promise<BackendState | undefined> {
    const { url, read } = this.options;
    const health = await read(url, host, AbortSignal.any([this.stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]));
    return health && STATES[health];
  }
}

const STATES: Readonly<Record<UpstreamHealth, BackendState>> = {
  healthy: { healthy: true, circuit: 'closed' },
  unhealthy: { healthy: false, circuit: 'open' },
};
