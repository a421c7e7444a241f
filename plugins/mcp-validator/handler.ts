import {
  MAX_HEADERS,
  proceed,
  read,
  reject,
  type FactsOf,
  type Log,
  type Outcome,
  type Resources,
} from '../../kong/pdk';
import { DENIAL_KEY, type Denial } from '../shared/denial';
import { SUMMARY_KEY, toShared } from '../shared/message-summary';
import { judge, type Pass, type Refuse } from './judge';
import { createMeters, type Meters } from './meters';
import { compileRules, type Rules } from './rules';
import type { Config } from './schema';

/** What one configuration needs on each request. */
export interface State {
  readonly rules: Rules;
  readonly mode: Config['mode'];
  readonly meters: Meters;
  readonly log: Log;
}

/** The facts of the access phase. */
export const accessReads = {
  method: read.method(),
  headers: read.headers(),
  body: read.rawBody(),
  service: read.serviceName(),
};

const REPORT_HEADER = 'X-MCP-Validator-Report';
const NAME = 'mcp-validator';

/** Compiles a configuration. */
export function prepare(config: Config, { metrics, log }: Resources): State {
  return { rules: compileRules(config), mode: config.mode, meters: createMeters(metrics), log };
}

/** Judges the request and turns the verdict into its effects. */
export function access(state: State, { service, headers, ...facts }: FactsOf<typeof accessReads>): Outcome {
  const stop = state.meters.start();
  const verdict = judge({ ...facts, headers, headersTruncated: headers.size >= MAX_HEADERS }, state.rules);
  stop(service, verdict);
  if (verdict.kind === 'pass') return letPass(verdict, service, state);
  return state.mode === 'enforce' ? refuse(verdict) : report(verdict, service, requestIdOf(headers), state);
}

function letPass({ summary, stripHeaders, hasMalformedMetaKeys }: Pass, service: string, { log }: State): Outcome {
  if (hasMalformedMetaKeys) log.warn({ service }, 'a message has a malformed key in _meta');
  return proceed({
    ...(summary && { share: { [SUMMARY_KEY]: toShared(summary) } }),
    ...(stripHeaders.length > 0 && { clearUpstreamHeaders: stripHeaders }),
  });
}

function refuse({ refusal, summary }: Refuse): Outcome {
  const { status, headers, body, reason, code } = refusal;
  const denial = { by: NAME, reason, code } satisfies Denial;
  return reject({
    status,
    headers,
    body,
    share: { [DENIAL_KEY]: denial, ...(summary && { [SUMMARY_KEY]: toShared(summary) }) },
  });
}

function report({ refusal, summary }: Refuse, service: string, requestId: string | undefined, { log }: State): Outcome {
  const { status, code, reason } = refusal;
  log.warn({ service, requestId, status, code, reason }, 'would have refused a request');
  return proceed({
    responseHeaders: { [REPORT_HEADER]: `status=${status}; code=${code}; reason=${reason}` },
    ...(summary && { share: { [SUMMARY_KEY]: toShared(summary) } }),
  });
}

const MAX_REQUEST_ID_LENGTH = 128;

/** The id that the correlation-id plugin or the client gave the request. */
function requestIdOf(headers: { get(name: string): string | undefined }): string | undefined {
  const id = headers.get('kong-request-id') ?? headers.get('x-request-id') ?? headers.get('x-correlation-id');
  return id?.slice(0, MAX_REQUEST_ID_LENGTH);
}
