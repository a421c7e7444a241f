import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { intakePlugin, type IntakeSections } from '../../check/check-log-intake';
import type { KongRead, Plugin } from '../../pdk';
import { Configurations, type Configuration, type HostResources, type PreparedPart } from '../configurations';
import { within } from '../within';
import { intakeMetricsOf, type BatchResult, type IntakeMetrics } from './metrics';
import { readBatch, tooManyBytes, type BatchOutcome } from './read-batch';
import { isInEntry, runEntry } from './run-entry';
import { SeenRequests } from './seen-requests';
import { Slices } from './slices';

/** The path of an endpoint begins with this; its name follows. */
export const INTAKE_PATH = '/logs/';

/** A longer entry is skipped. The longest that the capture functions make has about 1 MiB. */
const MAX_ENTRY_BYTES = 2 * 1024 * 1024;

/** A deeper entry is skipped; those of Kong have about ten levels. */
const MAX_DEPTH = 64;

/** The bounds of a batch. */
export interface IntakeBounds {
  readonly maxLogBatchBytes: number;
  readonly maxLogBatchEntries: number;
  /** Batches that are read at the same time; any other is answered with 503. */
  readonly maxLogBatches: number;
}

/** The defaults of the options of `serve`. */
export const INTAKE_DEFAULTS: IntakeBounds = {
  maxLogBatchBytes: 64 * 1024 * 1024,
  maxLogBatchEntries: 10_000,
  maxLogBatches: 64,
};

interface Endpoint {
  readonly configuration: Configuration;
  readonly seen: SeenRequests;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly result: BatchResult;
}

/**
 * Receives Kong's log entries in batches from the bundled plugin `http-log`, and runs the log phases of plugins with them.
 *
 * Whoever can reach it can report requests that never happened, so it belongs on a private address. Kong sends a batch
 * again, for up to `queue.max_retry_time`, after every status from 300 (`kong/plugins/http-log/handler.lua`).
 */
export class LogIntake {
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly metrics: IntakeMetrics;
  private readonly configurations: Configurations;
  private readonly inProgress = new Set<Promise<void>>();
  private readonly slices = new Slices();
  private batchesBeingRead = 0;
  private isStopping = false;

  private constructor(
    private readonly resources: HostResources,
    private readonly bounds: IntakeBounds,
  ) {
    this.metrics = intakeMetricsOf(resources.metrics);
    this.configurations = new Configurations(resources);
  }

  /** Prepares the configurations. @throws Error that names the endpoint, if one is wrong */
  static async open(
    sections: IntakeSections,
    plugins: readonly Plugin[],
    resources: HostResources,
    bounds: Partial<IntakeBounds> = {},
  ): Promise<LogIntake> {
    const intake = new LogIntake(resources, { ...INTAKE_DEFAULTS, ...bounds });
    try {
      for (const [name, section] of Object.entries(sections)) await intake.add(name, section, plugins);
    } catch (error) {
      await intake.configurations.closeAll();
      throw error;
    }
    return intake;
  }

  private async add(name: string, section: IntakeSections[string], plugins: readonly Plugin[]): Promise<void> {
    const raw = { ...section, __key__: name };
    const { configuration } = await this.configurations.acquire(intakePlugin(plugins), raw);
    const missing = configuration.parts.flatMap(logReadsOf).find((read) => !isInEntry(read));
    if (missing) throw new Error(`${name}: a log entry does not contain ${missing.method}`);
    for (const { plugin, needs } of configuration.parts) {
      if (!needs.has('access')) continue;
      const fields = { endpoint: name, plugin: plugin.name };
      this.resources.log.warn(fields, 'options that need the access phase have no effect on entries of http-log');
    }
    this.endpoints.set(name, { configuration, seen: new SeenRequests() });
  }

  /** Answers a request to a path below {@link INTAKE_PATH}. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const work = this.answer(request, response, path).catch(() => {
      this.metrics.batches.inc({ result: 'aborted' });
      response.destroy();
    });
    this.inProgress.add(work);
    await work;
    this.inProgress.delete(work);
  }

  /** Waits for the batches in progress, and disposes of the configurations, which flushes telemetry. Never rejects. */
  async stop(timeoutMs: number): Promise<void> {
    this.isStopping = true;
    await within(timeoutMs / 2, Promise.all(this.inProgress));
    await within(timeoutMs / 2, this.configurations.closeAll());
  }

  private async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { status, text, result } = await this.receive(request, response, path);
    // A sender whose bytes are not read sees a broken connection instead of the answer.
    if (result !== 'accepted') await finished(request.resume(), { writable: false });
    this.metrics.batches.inc({ result });
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  }

  private async receive(request: IncomingMessage, response: ServerResponse, path: string): Promise<Answer> {
    const name = path.slice(INTAKE_PATH.length);
    const endpoint = this.endpoints.get(name);
    if (!endpoint) {
      return {
        status: 404,
        text: 'no endpoint has this name: add it to the file of --log-intake',
        result: 'wrong_request',
      };
    }
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      return { status: 405, text: 'method not allowed: use POST', result: 'wrong_request' };
    }
    if (!isJson(request)) {
      return { status: 415, text: 'expected Content-Type: application/json', result: 'wrong_request' };
    }
    if (this.isStopping || this.batchesBeingRead >= this.bounds.maxLogBatches) {
      response.setHeader('Retry-After', '1');
      return { status: 503, text: 'too many batches, or the server stops: send it again', result: 'overloaded' };
    }
    const outcome =
      Number(request.headers['content-length'] ?? 0) > this.bounds.maxLogBatchBytes
        ? tooManyBytes(this.bounds.maxLogBatchBytes)
        : await this.read(request, name, endpoint).finally(() => (this.batchesBeingRead -= 1));
    if (outcome.result === 'accepted') return { status: 200, text: textOf(outcome), result: 'accepted' };
    this.resources.log.warn({ endpoint: name, fault: outcome.fault }, 'a batch of log entries was rejected');
    return { status: outcome.result === 'malformed' ? 400 : 413, text: outcome.fault, result: outcome.result };
  }

  private async read(request: IncomingMessage, name: string, endpoint: Endpoint): Promise<BatchOutcome> {
    this.batchesBeingRead += 1;
    const { log } = this.resources;
    const { metrics } = this;
    const outcome = await readBatch(request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>, {
      maxEntryBytes: MAX_ENTRY_BYTES,
      maxDepth: MAX_DEPTH,
      maxBatchBytes: this.bounds.maxLogBatchBytes,
      maxBatchEntries: this.bounds.maxLogBatchEntries,
      seen: endpoint.seen,
      slices: this.slices,
      handle: (entry) => runEntry(endpoint.configuration, entry, name, { log, metrics }),
      count: (result) => {
        this.metrics.entries.inc({ endpoint: name, result });
      },
    });
    if (outcome.result === 'accepted') {
      const { malformed, too_large } = outcome.counts;
      if (malformed ?? too_large) log.warn({ endpoint: name, malformed, too_large }, 'log entries were skipped');
    }
    return outcome;
  }
}

/** What the log phase of a part asks Kong for. */
function logReadsOf({ plugin, state }: PreparedPart): KongRead<unknown>[] {
  const { log } = plugin.phases;
  if (!log) return [];
  const reads = typeof log.reads === 'function' ? log.reads(state as never) : log.reads;
  return Object.values(reads).filter((read): read is KongRead<unknown> => !('known' in read));
}

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(headers['content-type'] ?? '');

const textOf = ({ counts }: BatchOutcome & { readonly result: 'accepted' }): string =>
  Object.entries(counts)
    .map(([result, number]) => `${result}: ${number}`)
    .join(', ') || 'no entries';
