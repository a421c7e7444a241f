import type { JsonObject } from '../../shared/json/json-object';
import type { ToolCall } from '../apis/dialogue';
import type { OfferedTool, OfferedTools } from '../tools/offered-tool';
import type { Bounds, StoppedBy } from './bounds';

/** What a run has used so far. A plain value: the functions below return the next one. */
export interface RunState {
  readonly rounds: number;
  readonly toolCalls: number;
  readonly tokens: number;
  /** Calls of gateway tools that were not run, because the client has to answer other calls of the same turn. */
  readonly deferred: number;
  /** How often each call was made, by tool and digest of its arguments. */
  readonly repeats: ReadonlyMap<string, number>;
  readonly stoppedBy?: StoppedBy;
  /** True if the model has read a result of an untrusted server. */
  readonly isTainted: boolean;
}

/** A call that is made, or one that is answered by the gateway itself. */
export type Planned =
  | {
      readonly kind: 'run';
      readonly call: ToolCall;
      readonly tool: OfferedTool;
      readonly args: JsonObject;
      readonly digest: string;
      /** The id of the request that the user approved. */
      readonly approvalId?: string;
    }
  | {
      readonly kind: 'told';
      readonly call: ToolCall;
      readonly outcome: ToldOutcome;
      readonly text: string;
      readonly tool?: OfferedTool;
      /** The id of the request that the user answered. */
      readonly approvalId?: string;
    };

/** Why a call was not made. */
export type ToldOutcome =
  'unknown_tool' | 'invalid_arguments' | 'repeated' | 'over_limit' | 'not_parallel' | 'needs_approval' | 'not_approved';

/** What the rules need to know of the request. */
export interface RunRules {
  readonly bounds: Bounds;
  readonly tools: OfferedTools;
  readonly allowsParallelCalls: boolean;
  /** True if the API has words to ask the user for an approval. */
  readonly asksApproval: boolean;
  /** True if the history contains results of an untrusted server. */
  readonly isTainted: boolean;
}
