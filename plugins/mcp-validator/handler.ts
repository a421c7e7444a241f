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
import { CAPTURE_KEY, captureFromShared } from '../shared/capture';
import { DENIAL_KEY, type Denial } from '../shared/denial';
import { headerOf, mediaTypeOf, parseLogEntry } from '../shared/log-entry';
import { SUMMARY_KEY, toShared } from '../shared/message-summary';
import { offeredNamesOf, type OfferedNames } from '../shared/offered-names';
import { isLargeBody } from '../shared/side-thread/large-body';
import { sideThreadOf } from '../shared/side-thread/side-thread';
import { judge, type Pass, type Refuse, type Verdict } from './judge';
import { createLargeBodyJudge, type LargeBodyJudge } from './large-bodies/judge-large-body';
import { readToolLists } from './learning/read-tool-lists';
import { createToolWatch, type ToolWatch } from './learning/tool-watch';
import { createMeters, type Meters } from './meters';
import { compileRules, type Rules } from './rules';
import type { Config } from './schema';

/** What one configuration needs on each request. */
export interface State {
  readonly rules: Rules;
  readonly mode: Config['mode'];
  readonly tools: ToolWatch;
  readonly judgeLargeBody: LargeBodyJudge;
  readonly offered: OfferedNames;
  readonly meters: Meters;
  readonly log: Log;
}

/** The facts of the access phase. */
export const accessReads = {
  method: read.method(),
  headers: read.headers(),
  body: read.rawBody(),
  service: read.serviceName(),
  requestId: read.requestId(),
};

type Facts = FactsOf<typeof accessReads>;

/** The facts of the log phase. */
export const logReads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
};

const REPORT_HEADER = 'X-MCP-Validator-Report';
const NAME = 'mcp-validator';

/** Compiles a configuration. */
export function prepare(config: Config, { metrics, log, now }: Resources): State {
  const rules = compileRules(config);
  const tools = createToolWatch(config, rules.configuredTools, now);
  const judgeLargeBody = createLargeBodyJudge(config, sideThreadOf(metrics));
  const offered = offeredNamesOf(metrics);
  return { rules, mode: config.mode, tools, judgeLargeBody, offered, meters: createMeters(metrics), log };
}

/** Judges the request and turns the verdict into its effects. A promise for a large body alone. */
export function access(state: State, facts: Facts): Outcome | Promise<Outcome> {
  const { method, headers, body, service } = facts;
  const { rules, tools, judgeLargeBody, meters } = state;
  const stop = meters.start();
  const seen = { method, headers, headersTruncated: headers.size >= MAX_HEADERS, body };
  const conclude = (verdict: Verdict): Outcome => {
    stop(service, verdict);
    return outcomeOf(verdict, facts, state);
  };
  if (method === 'POST' && isLargeBody(body, rules.maxBodyBytes)) {
    return judgeLargeBody(seen, body.bytes, (names) => tools.toldOf(service, names)).then(conclude);
  }
  return conclude(judge(seen, rules, tools.of(service)));
}

function outcomeOf(verdict: Verdict, { service, requestId }: Facts, state: State): Outcome {
  if (verdict.kind === 'pass') return letPass(verdict, service, requestId, state);
  return state.mode === 'enforce' ? refuse(verdict) : report(verdict, service, requestId, state);
}

function letPass(
  { summary, stripHeaders, metaKeyProblem }: Pass,
  service: string,
  requestId: string,
  { log }: State,
): Outcome {
  if (metaKeyProblem) log.warn({ service, requestId }, `a message has a ${metaKeyProblem} key in _meta`);
  const share = summary ? { share: { [SUMMARY_KEY]: toShared(summary) } } : {};
  return proceed(stripHeaders.length > 0 ? { ...share, clearUpstreamHeaders: stripHeaders } : share);
}

function refuse({ refusal, summary }: Refuse): Outcome {
  const { status, headers, body, reason, code } = refusal;
  const denial = { by: NAME, reason, code } satisfies Denial;
  return reject({
    reason,
    status,
    headers,
    body,
    share: { [DENIAL_KEY]: denial, ...(summary && { [SUMMARY_KEY]: toShared(summary) }) },
  });
}

function report({ refusal, summary }: Refuse, service: string, requestId: string, { log }: State): Outcome {
  const { status, code, reason } = refusal;
  log.warn({ service, requestId, status, code, reason }, 'would have refused a request');
  return proceed({
    reason,
    responseHeaders: { [REPORT_HEADER]: `status=${status}; code=${code}; reason=${reason}` },
    ...(summary && { share: { [SUMMARY_KEY]: toShared(summary) } }),
  });
}

/** Only a configuration that watches the server's tools has something to do after the answer. */
export const isLogWanted = (state: State): boolean => state.tools.isWatching;

/** Learns from an answer of the server what its tools are. */
export async function log(state: State, { entry: text, capture }: FactsOf<typeof logReads>): Promise<void> {
  const entry = parseLogEntry(text);
  if (!entry || !capture || entry.answeredByKong || entry.status !== 200) return;
  const { responseHeaders } = entry;
  const news = await readToolLists(
    capture,
    mediaTypeOf(responseHeaders),
    headerOf(responseHeaders, 'content-encoding'),
  );
  if (news.pages.length === 0 && !news.listChanged) return;
  const service = entry.service.name;
  for (const { tools } of news.pages) {
    state.offered.list(
      service,
      'tools/call',
      tools.map(({ name }) => name),
    );
  }
  const learning = await state.tools.learn(service, news);
  state.meters.learned(service, learning);
  for (const tool of learning.changed) {
    state.log.warn({ service, tool, requestId: entry.requestId }, 'a pinned tool has another definition');
  }
}
