import type { Resources } from '../../kong/pdk';
import { originMatcher } from '../shared/http/origins';
import { anyGlobMatcher } from '../shared/name-rules/glob';
import { nameRule } from '../shared/name-rules/name-rule';
import { PerProcess } from '../shared/runtime/per-process';
import { sideThreadOf } from '../shared/runtime/side-thread/side-thread';
import { VERSION } from '../shared/runtime/version';
import { openSpanSink } from '../shared/telemetry/export/span-sink';
import { targetsOf } from '../shared/telemetry/export/target';
import { createRedactor } from '../shared/telemetry/redaction/redact';
import { agentMetricsOf, PREFIX } from './metrics';
import { Approvals } from './run/approvals';
import { ResponseIds } from './run/response-ids';
import { UsedIds } from './run/used-ids';
import type { Config } from './schema';
import { createHandler } from './service/handle-request';
import { openGateway } from './service/open-gateway';
import type { State, Ticket, Usage } from './state';
import { MOUNT } from './tickets/admission';
import { AgentProcess } from './tickets/agent-process';
import { ToolLists } from './tools/tool-lists';

const processes = new PerProcess<AgentProcess<Ticket>>();

/** @throws Error when the plugin server has no HTTP listener */
export function prepare(config: Config, { metrics, log, now, env, http }: Resources): State {
  if (!http) {
    throw new Error(
      'llm-mcp-agent needs the HTTP listener of the plugin server: start it with --http HOST:PORT (port 9465 in kong.yml)',
    );
  }
  const agentMetrics = agentMetricsOf(metrics);
  const process = processes.get(metrics, PREFIX, () => new AgentProcess<Ticket>(now));
  process.acquire(() => http.mount(MOUNT, createHandler(process, agentMetrics)));
  const gateway = openGateway(config, env);
  const spans = openSpanSink(
    { targets: targetsOf(config, VERSION, env), maxProjects: 1, prefix: PREFIX },
    { metrics, log, now },
  );
  const usage: Usage = { runs: 0, heldBytes: 0 };
  agentMetrics.maxRuns.set({ agent: config.name }, config.max_runs);
  agentMetrics.activeRuns.set({ agent: config.name }, 0);
  agentMetrics.heldBytes.set({ agent: config.name }, 0);
  return {
    config,
    servers: config.servers.map((server) => ({
      ...server,
      rule: nameRule(server),
      needsApproval: anyGlobMatcher(server.require_approval),
    })),
    isOriginAllowed: originMatcher(config.allowed_origins),
    send: gateway.send,
    lists: new ToolLists(config.list_ttl * 1000, now),
    approvals: new Approvals(config.approval_secret, config.name, config.approval_ttl * 1000, now),
    usedApprovals: new UsedIds(config.approval_ttl * 1000, now),
    responseIds: new ResponseIds(now),
    redact: createRedactor(config.redact_patterns),
    thread: sideThreadOf(metrics),
    process,
    metrics: agentMetrics,
    spans,
    log,
    now,
    usage,
    warned: {},
    close: async () => {
      process.release();
      await untilIdle(usage);
      await Promise.all([gateway.close(), spans.shutdown()]);
    },
  };
}

/** Waits for the runs in progress: after a change of the configuration they go on with the old one. */
export const dispose = ({ close }: State): Promise<void> => close();

function untilIdle(usage: Usage): Promise<void> {
  return new Promise((resolve) => {
    if (usage.runs === 0) resolve();
    else usage.onIdle = resolve;
  });
}
