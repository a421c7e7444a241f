import type { BackendState } from './backend-state';
import { stateOfUpstream } from './upstream-health';

/** What a watch needs. */
export interface HealthPollerOptions {
  /** The base address of Kong's Status or Admin API. */
  readonly url: string;
  readonly intervalMs: number;
  /** Called with the state of a backend each time that Kong told it. */
  readonly onState: (backend: Backend, state: BackendState) => void;
}

/** A backend that calls went to. */
export interface Backend {
  /** The service's host, which is the name of an upstream where Kong checks it. */
  readonly host: string;
  /** As metrics name it. */
  readonly label: string;
  readonly namespace: string;
}

/** More backends than these are not asked about. */
const MAX_BACKENDS = 200;
const TIMEOUT_MS = 2000;

/**
 * Asks Kong, again and again, for the health of the backends that calls went to: so that one that is down shows before
 * the next call, and one that is well again without it. Never throws; what Kong does not tell is left to the calls.
 */
export class HealthPoller {
  private readonly backends = new Map<string, Backend>();
  private readonly told = new Set<string>();
  private readonly timer: NodeJS.Timeout;
  private readonly stopped = new AbortController();
  private isAsking = false;

  constructor(private readonly options: HealthPollerOptions) {
    this.timer = setInterval(() => void this.ask(), options.intervalMs).unref();
  }

  /** Notes a backend; true when Kong tells its state, so that no call has to. */
  covers(backend: Backend): boolean {
    const key = `${backend.label}\n${backend.namespace}`;
    if (!this.backends.has(key) && this.backends.size < MAX_BACKENDS) this.backends.set(key, backend);
    return this.told.has(backend.host);
  }

  close(): void {
    clearInterval(this.timer);
    this.stopped.abort();
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const backends = [...this.backends.values()];
    for (const host of new Set(backends.map((backend) => backend.host))) {
      const state = await this.stateOf(host);
      if (this.stopped.signal.aborted) return;
      if (!state) this.told.delete(host);
      else {
        this.told.add(host);
        for (const backend of backends) if (backend.host === host) this.options.onState(backend, state);
      }
    }
    this.isAsking = false;
  }

  private async stateOf(host: string): Promise<BackendState | undefined> {
    const url = `${this.options.url.replace(/\/+$/, '')}/upstreams/${encodeURIComponent(host)}/health`;
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const response = await fetch(url, { signal });
      const body: unknown = await response.json();
      return response.ok ? stateOfUpstream(body) : undefined;
    } catch {
      return undefined;
    }
  }
}
