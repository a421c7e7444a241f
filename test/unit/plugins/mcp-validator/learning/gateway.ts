import { gzipSync } from 'node:zlib';
import { Headers, Metrics, type Log, type Outcome } from '../../../../../kong/pdk';
import { readConfig } from '../../../../../kong/pdk/read-config';
import { access } from '../../../../../plugins/mcp-validator/handler';
import { createLearningParts } from '../../../../../plugins/mcp-validator/learning/learner';
import type { LearningThread } from '../../../../../plugins/mcp-validator/learning/learning-thread';
import { readToolUpdates } from '../../../../../plugins/mcp-validator/learning/lists/read-tool-updates';
import { probeSchema } from '../../../../../plugins/mcp-validator/learning/schemas/probe-schema';
import { log } from '../../../../../plugins/mcp-validator/log';
import { response } from '../../../../../plugins/mcp-validator/response';
import { fields, fieldsWithLog } from '../../../../../plugins/mcp-validator/schema';
import { prepare } from '../../../../../plugins/mcp-validator/state';
import { captureFromShared } from '../../../../../plugins/shared/captured-body/capture';
import { summaryFromShared } from '../../../../../plugins/shared/mcp/message-summary';
import { logRecord, sharedCapture } from '../../../../support/exchange';
import { JSON_HEADERS, request } from '../request';

export const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
export const add = { name: 'add', description: 'Adds', inputSchema: schema };

/** An response to tools/list. */
export const list = (tools: object[], more: object = {}, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  result: { tools, ...more },
});

/** As the SDKs answer by default. */
export const PRIVATE = { cacheScope: 'private', ttlMs: 0 };

export interface Exchange {
  readonly asked?: object;
  readonly answer: object | string | Buffer;
  readonly service?: string;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly source?: 'upstream' | 'kong';
  /** The credential of the client. */
  readonly by?: string;
  /** As the server sees it. */
  readonly path?: string;
  readonly method?: 'POST' | 'GET';
  /** How many bytes the capture functions keep at each end. */
  readonly kept?: number;
  readonly complete?: boolean;
  /** False: the capture functions are those of an earlier version. */
  readonly tellsCaller?: boolean;
}

/** The thread's work, done at once. */
const here: LearningThread = {
  probe: (text, use) => Promise.resolve(probeSchema(text, use)),
  read: readToolUpdates,
};

/** The JSON of a body; a body that is none as text. */
function received(body: string | Uint8Array): unknown {
  const text = Buffer.from(body).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A configuration and its servers, as Kong would bring them together. */
export function gateway(tools: object, more: object = {}, thread: Partial<LearningThread> = {}) {
  const lines: [fields: Record<string, unknown>, message: string][] = [];
  const ignore = (): void => undefined;
  const warn = (given: object, message: string): void => void lines.push([{ ...given }, message]);
  const logger: Log = { debug: ignore, info: ignore, warn, error: warn };
  const metrics = new Metrics();
  const clock = { now: 1000 };
  const config = readConfig(fields, { tools, ...more });
  const resources = { metrics, log: logger, now: () => clock.now, env: {}, scope: {} };
  const state = prepare(config, resources, createLearningParts({ ...here, ...thread }));

  const ask = (body: object | undefined, service: string, by: string | undefined, method: string, path = '/mcp') => {
    const headers = { ...JSON_HEADERS, ...(by !== undefined && { authorization: by }), 'accept-encoding': 'gzip' };
    const bytes = Buffer.from(body ? JSON.stringify(body) : '');
    const facts = { method, path, headers: Headers.from(headers), body: { kind: 'bytes', bytes } as const };
    return access(state, { ...facts, service, identity: undefined, consumer: undefined, groups: [] });
  };
  return {
    state,
    clock,
    lines,
    metrics,
    /** The value of a metric's series. */
    metric: async (series: string): Promise<string | undefined> => {
      const text = await metrics.registry.metrics();
      return text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')[1];
    },
    /** The reason why a call is rejected; by whom, and on what service. */
    call: (
      args: object,
      { name = 'add', service = 'one', by }: { name?: string; service?: string; by?: string } = {},
    ) => {
      const outcome = ask(request('tools/call', { name, arguments: args }), service, by, 'POST') as Outcome;
      for (const { fields: given, message } of outcome.warnings ?? []) warn(given, message);
      return outcome.kind === 'reject' ? (outcome.share?.['mcp_denied'] as { reason: string }).reason : undefined;
    },
    /** Lets a request and its response pass, and waits until the announced tools are learned. Returns what the client gets. */
    answer: async ({
      asked = request('tools/list'),
      answer,
      service = 'one',
      headers = {},
      status = 200,
      source = 'upstream',
      by,
      path,
      method = 'POST',
      kept = Infinity,
      complete = true,
      tellsCaller = true,
    }: Exchange): Promise<unknown> => {
      const outcome = await ask(method === 'GET' ? undefined : asked, service, by, method, path);
      if (outcome.kind === 'reject') return JSON.parse(outcome.body);
      const text = typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
      const body = headers['content-encoding'] === 'gzip' ? gzipSync(text) : text;
      // Kong does not judge the answer of a plugin, or one that breaks off.
      if (outcome.hold && source === 'upstream') {
        if (!complete) return undefined;
        const held = outcome.share?.['mcp_held'] as string;
        const all = Headers.from({ 'content-type': 'application/json; charset=utf-8', ...headers });
        const bytes = Buffer.from(body);
        const judged = await response(state, { held, status, headers: all, body: { kind: 'bytes', bytes } });
        for (const { fields: given, message } of judged.warnings ?? []) warn({ ...given, request_id: 'req' }, message);
        await state.learner.tools.settled();
        return received(judged.kind === 'keep' ? text : judged.body);
      }
      if (fieldsWithLog(config).length === 0) return received(text);
      const caller = outcome.share?.['mcp_caller'];
      const shared = { ...sharedCapture(method === 'GET' ? '' : JSON.stringify(asked), body, kept, complete) };
      const capture = captureFromShared({ ...shared, ...(tellsCaller && { caller }) });
      const contentType = 'application/json; charset=utf-8';
      const entry = logRecord({
        requestId: 'req',
        method,
        status,
        source,
        contentType,
        responseHeaders: headers,
        service: { name: service },
      });
      const summary = summaryFromShared(outcome.share?.['mcp']);
      await log(state, { entry, capture, summary, isJudged: false });
      await state.learner.tools.settled();
      return received(text);
    },
  };
}

export const sse = (...messages: object[]): string =>
  messages.map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`).join('');

export const EVENTS = { 'content-type': 'text/event-stream' };
