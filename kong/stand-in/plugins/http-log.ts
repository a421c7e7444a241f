import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { KONG_VERSION } from '../kong-version';
import type { LuaMachine } from '../lua/machine';
import { encodeJson, luaToString } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { logEntry } from '../request/log-entry';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';
import { customFields, customFieldsField, type CustomFieldsConfig } from './custom-fields';

interface Config extends CustomFieldsConfig {
  readonly http_endpoint: string;
  readonly content_type: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly queue: {
    readonly max_batch_size: number;
    /** Seconds. */
    readonly max_coalescing_delay: number;
    readonly max_entries: number;
    readonly max_bytes?: number;
    readonly max_retry_time: number;
    readonly initial_retry_delay: number;
    readonly max_retry_delay: number;
  };
}

interface Queue {
  entries: Buffer[];
  isRunning: boolean;
  /** Ends the wait for more entries. */
  flush: () => void;
}

type Log = (message: string) => void;

const NAME = 'http-log';

/** The plugin with its queues (`kong/plugins/http-log`, `kong/tools/queue.lua`); `close` drops what waits in them. */
export function httpLog(lua: LuaMachine<Exchange>): BundledPlugin & { close(): void } {
  const queues = new Map<string, Queue>();
  const closed = new AbortController();
  const setFields = customFields(NAME, lua);

  const process = async (queue: Queue, config: Config, log: Log): Promise<void> => {
    const { max_batch_size: size, max_coalescing_delay: delay } = config.queue;
    while (queue.entries.length > 0 && !closed.signal.aborted) {
      if (queue.entries.length < size)
        await Promise.race([wait(delay * 1000), new Promise<void>((done) => (queue.flush = done))]);
      await deliver(queue.entries.splice(0, size), config, log, closed.signal);
    }
    queue.isRunning = false;
  };

  const handler: PluginHandler = {
    name: NAME,
    priority: 12,
    version: KONG_VERSION,
    log(x, given) {
      const config = given as unknown as Config;
      setFields(x, config);
      const name = luaToString(config.http_endpoint);
      const queue = queues.get(name) ?? { entries: [], isRunning: false, flush: () => undefined };
      queues.set(name, queue);
      const log: Log = (message) => {
        x.log('err', `[${NAME}] queue ${name}: ${message}`);
      };
      enqueue(queue, Buffer.from(encodeJson(logEntry(x)), 'latin1'), config, log);
      if (queue.entries.length >= config.queue.max_batch_size) queue.flush();
      if (queue.isRunning) return;
      queue.isRunning = true;
      void process(queue, config, log);
    },
  };
  return {
    handler,
    schema: schemaOf(lua),
    close: () => {
      closed.abort();
      for (const queue of queues.values()) queue.flush();
    },
  };
}

function enqueue(queue: Queue, entry: Buffer, { queue: bounds }: Config, log: Log): void {
  const { max_entries: maxEntries, max_bytes: maxBytes = Infinity } = bounds;
  if (entry.length > maxBytes) {
    log(`string to be queued is longer (${entry.length} bytes) than the queue's max_bytes (${maxBytes} bytes)`);
    return;
  }
  queue.entries.push(entry);
  const bytes = () => queue.entries.reduce((sum, { length }) => sum + length, 0);
  while (queue.entries.length > maxEntries || bytes() > maxBytes) {
    queue.entries.shift();
    log('queue full, dropping old entries until processing is successful again');
  }
}

/** Sends a batch until it is accepted: Kong sends it again after every status from 300. */
async function deliver(entries: readonly Buffer[], config: Config, log: Log, closed: AbortSignal): Promise<void> {
  const { max_batch_size: size, max_retry_time, initial_retry_delay, max_retry_delay } = config.queue;
  const body =
    size === 1
      ? Buffer.concat(entries)
      : Buffer.from(`[${entries.map((entry) => entry.toString('latin1')).join(',')}]`, 'latin1');
  const startedAt = Date.now();
  for (let retries = 0; !closed.aborted; retries += 1) {
    const fault = await post(body, config, closed);
    if (fault === undefined) return;
    log(`handler could not process entries: ${fault}`);
    if (Date.now() - startedAt > max_retry_time * 1000) {
      log(`could not send entries due to max_retry_time exceeded. ${entries.length} queue entries were lost`);
      return;
    }
    await wait(Math.min(max_retry_delay, 2 ** retries * initial_retry_delay) * 1000, undefined, {
      signal: closed,
    }).catch(() => undefined);
  }
}

/** Sends the body; what went wrong, or undefined. */
const post = (
  body: Buffer,
  { http_endpoint, content_type, timeout }: Config,
  signal: AbortSignal,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const headers = { 'Content-Type': content_type, 'Content-Length': body.length };
    const sent = request(luaToString(http_endpoint), { method: 'POST', headers, timeout, signal }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { statusCode = 0 } = response;
        resolve(statusCode < 300 ? undefined : `status code ${statusCode} and body ${Buffer.concat(parts).toString()}`);
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', ({ message }) => {
      resolve(message);
    });
    sent.end(body);
  });

const schemaOf = (lua: LuaMachine<Exchange>): BundledPlugin['schema'] =>
  configSchema([
    { http_endpoint: { type: 'string', required: true, referenceable: true, match: '^http://[^/]+/.*' } },
    {
      content_type: {
        type: 'string',
        default: 'application/json',
        one_of: ['application/json', 'application/json; charset=utf-8'],
      },
    },
    { timeout: { type: 'number', default: 10_000 } },
    {
      queue: {
        type: 'record',
        required: true,
        fields: [
          { max_batch_size: { type: 'integer', default: 1, between: [1, 1_000_000] } },
          { max_coalescing_delay: { type: 'number', default: 1, between: [0, 3600] } },
          { max_entries: { type: 'integer', default: 10_000, between: [1, 1_000_000] } },
          { max_bytes: { type: 'integer' } },
          { max_retry_time: { type: 'number', default: 60 } },
          { initial_retry_delay: { type: 'number', default: 0.01, between: [0.001, 1_000_000] } },
          { max_retry_delay: { type: 'number', default: 60, between: [0.001, 1_000_000] } },
        ],
      },
    },
    { custom_fields_by_lua: customFieldsField(lua) },
  ]);
