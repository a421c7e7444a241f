import { createHash } from 'node:crypto';
import type { Log } from '../../kong/pdk';
import type { NameRule } from '../shared/name-rules/name-rule';
import type { SideThread } from '../shared/runtime/side-thread/side-thread';
import type { SpanSink } from '../shared/telemetry/export/span-sink';
import type { Redactor } from '../shared/telemetry/redaction/redact';
import type { Send } from './mcp/post';
import type { AgentMetrics } from './metrics';
import type { Approvals } from './run/approvals';
import type { ResponseIds } from './run/response-ids';
import type { UsedIds } from './run/used-ids';
import type { Config } from './schema';
import type { Target } from './tickets/admission';
import type { AgentProcess } from './tickets/agent-process';
import type { Caller } from './tickets/caller';
import type { ToolLists } from './tools/tool-lists';

/** A server of the configuration, with its compiled rules. */
export type Server = Config['servers'][number] & {
  readonly rule: NameRule;
  readonly needsApproval: (tool: string) => boolean;
};

/** What one configuration keeps while it is active. */
export interface State {
  readonly config: Config;
  readonly servers: readonly Server[];
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly send: Send;
  readonly lists: ToolLists;
  readonly approvals: Approvals;
  /** Requests for approvals that were used. */
  readonly usedApprovals: UsedIds;
  readonly responseIds: ResponseIds;
  readonly redact: Redactor;
  /** For large requests. */
  readonly thread: SideThread;
  readonly process: AgentProcess<Ticket>;
  readonly metrics: AgentMetrics;
  readonly spans: SpanSink;
  readonly log: Log;
  readonly now: () => number;
  readonly usage: Usage;
  /** The last warning, which is not repeated. */
  readonly warned: { ambiguous?: string };
  /** Ends what `prepare` opened. */
  readonly close: () => Promise<void>;
}

/** What the runs of a configuration use together. */
export interface Usage {
  runs: number;
  heldBytes: number;
  /** Called when the last run ended. */
  onIdle?: () => void;
}

/** What a ticket stands for. */
export interface Ticket {
  readonly state: State;
  readonly caller: Caller;
  readonly target: Target;
}

/** A key for what belongs to one caller only. */
export const callerKeyOf = ({ consumerId, forwarded }: Caller): string =>
  createHash('sha256')
    .update(JSON.stringify([consumerId ?? '', forwarded]))
    .digest('base64url');
