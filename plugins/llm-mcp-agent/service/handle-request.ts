import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../../../kong/pdk';
import { startSpan } from '../../shared/telemetry/spans/started-span';
import type { AgentApi } from '../apis/dialogue';
import type { AgentMetrics } from '../metrics';
import type { State, Ticket } from '../state';
import { reportRun } from '../telemetry/report-run';
import type { AgentProcess } from '../tickets/agent-process';
import type { Caller } from '../tickets/caller';
import { AgentRun } from './agent-run';
import { passModels } from './pass-models';

/** The header in which the access phase passes the ticket. */
export const TICKET_HEADER = 'x-agent-ticket';

/** Handles what Kong proxies to the agent. A request without a ticket did not come through the access phase. */
export const createHandler =
  (process: AgentProcess<Ticket>, metrics: AgentMetrics): HttpHandler =>
  async (request, response) => {
    const header = request.headers[TICKET_HEADER];
    const ticket = process.tickets.take(Array.isArray(header) ? undefined : header);
    if (!ticket) {
      metrics.rejectedTickets.inc();
      refuse(request, response, 403, 'this address serves requests of the gateway only');
      return;
    }
    const { state, caller, target } = ticket;
    if (target.kind === 'models') {
      request.resume();
      await passModels(state, caller, target, response);
    } else if (state.usage.runs >= state.config.max_runs)
      refuse(request, response, 503, 'too many runs at the same time');
    else await run(state, caller, target.api, request, response);
  };

async function run(
  state: State,
  caller: Caller,
  api: AgentApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { usage, metrics, config, process } = state;
  const runId = randomBytes(16).toString('hex');
  const started = startSpan(caller.traceparent, config.parent);
  const count = (change: 1 | -1): void => {
    usage.runs += change;
    metrics.activeRuns.set({ agent: config.name }, usage.runs);
  };
  count(1);
  process.startRun(runId);
  try {
    const report = await new AgentRun(state, caller, api, runId, started, response).serve(request);
    reportRun(state, caller, started, report);
  } finally {
    process.endRun(runId);
    count(-1);
    if (usage.runs === 0) usage.onIdle?.();
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  request.resume();
  const retry = status === 503 ? { 'Retry-After': '1' } : {};
  response.writeHead(status, { 'Content-Type': 'application/json', ...retry }).end(JSON.stringify({ error }));
}
