import { LRUCache } from 'lru-cache';
import { MAX_ANNOUNCED_LENGTH, type Probe, type SchemaUse } from './probe-schema';

/** Probes one schema in another thread; never rejects. */
export type ProbeText = (text: string, use: SchemaUse) => Promise<Probe>;

interface Job {
  readonly text: string;
  readonly use: SchemaUse;
  readonly resolve: (probe: Probe) => void;
}

/** Characters of waiting schemas, for one service and for all. */
export const MAX_WAITING_PER_SERVICE = 4_194_304;
export const MAX_WAITING = 16_777_216;
/** The least that a schema counts, so that many small ones are bounded too. */
const MIN_WEIGHT = 1024;
/** Time of the thread for one service in each interval. */
export const BUDGET_MS = 10_000;
export const INTERVAL_MS = 60_000;
/** Services whose use of time is counted. */
const MAX_SERVICES = 1000;

/**
 * Passes schemas to the thread one after the other, taking turns between services: a service that announces thousands
 * delays the others by one schema each, and gets a limited share of the thread's time. `now` returns milliseconds.
 */
export class ProbeQueue {
  private readonly waiting = new Map<string, Job[]>();
  private readonly weights = new Map<string, number>();
  private readonly spent = new LRUCache<string, { sinceMs: number; ms: number }>({ max: MAX_SERVICES });
  private weight = 0;
  private isRunning = false;

  constructor(
    private readonly probe: ProbeText,
    private readonly now: () => number,
  ) {}

  add(service: string, text: string, use: SchemaUse = 'arguments'): Promise<Probe> {
    if (text.length > MAX_ANNOUNCED_LENGTH) {
      return Promise.resolve({ unusable: 'too_large', problem: `is longer than ${MAX_ANNOUNCED_LENGTH} characters` });
    }
    const weight = weightOf(text);
    const ofService = (this.weights.get(service) ?? 0) + weight;
    if (ofService > MAX_WAITING_PER_SERVICE || this.weight + weight > MAX_WAITING) {
      return Promise.resolve({ unusable: 'busy', problem: 'was not compiled: too many schemas are waiting' });
    }
    this.weights.set(service, ofService);
    this.weight += weight;
    return new Promise((resolve) => {
      const jobs = this.waiting.get(service);
      const job = { text, use, resolve };
      if (jobs) jobs.push(job);
      else this.waiting.set(service, [job]);
      if (!this.isRunning) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.isRunning = true;
    for (let next = this.next(); next; next = this.next()) {
      const { service, job } = next;
      job.resolve(await this.probeWithin(service, job));
    }
    this.isRunning = false;
  }

  private next(): { service: string; job: Job } | undefined {
    const [first] = this.waiting;
    const job = first?.[1].shift();
    if (!first || !job) return undefined;
    const [service, jobs] = first;
    // The service goes to the end of the queue.
    this.waiting.delete(service);
    if (jobs.length > 0) this.waiting.set(service, jobs);
    const weight = weightOf(job.text);
    this.weight -= weight;
    const left = (this.weights.get(service) ?? 0) - weight;
    if (left > 0) this.weights.set(service, left);
    else this.weights.delete(service);
    return { service, job };
  }

  private async probeWithin(service: string, { text, use }: Job): Promise<Probe> {
    const startedAtMs = this.now();
    let spent = this.spent.get(service);
    if (!spent || startedAtMs - spent.sinceMs >= INTERVAL_MS) spent = { sinceMs: startedAtMs, ms: 0 };
    if (spent.ms >= BUDGET_MS) {
      return { unusable: 'budget', problem: 'was not compiled: its service has used up its time' };
    }
    const probe = await this.probe(text, use);
    this.spent.set(service, { ...spent, ms: spent.ms + this.now() - startedAtMs });
    return probe;
  }
}

const weightOf = (text: string): number => Math.max(MIN_WEIGHT, text.length);
