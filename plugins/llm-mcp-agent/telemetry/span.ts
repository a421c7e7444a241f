import type { Attributes } from '@opentelemetry/api';
import { REDACTED, type Redactor } from '../../shared/telemetry/redaction/redact';
import { knownAttributes } from '../../shared/telemetry/spans/attributes';
import { COMMON, GEN_AI, OI } from '../../shared/telemetry/spans/semconv';
import type { SpanRecord } from '../../shared/telemetry/spans/span';
import type { StartedSpan } from '../../shared/telemetry/spans/started-span';
import type { RunReport } from '../service/run-report';
import type { State } from '../state';
import type { Caller } from '../tickets/caller';

/** The names of OpenTelemetry's GenAI conventions for agents, and of this plugin. */
const AGENT = {
  name: 'gen_ai.agent.name',
  rounds: 'kong.agent.rounds',
  toolCalls: 'kong.agent.tool_calls',
  deferred: 'kong.agent.deferred',
  stoppedBy: 'kong.agent.stopped_by',
  outcome: 'kong.agent.outcome',
  run: 'kong.agent.run',
} as const;

const PROVIDERS: Readonly<Record<string, string>> = {
  ollama_chat: 'ollama',
  openai_chat: 'openai',
  openai_responses: 'openai',
  anthropic_messages: 'anthropic',
};

/** The span of a run; the calls of the model and of tools are its children. */
export const spanOf = (
  { config, redact }: Pick<State, 'config' | 'redact'>,
  caller: Caller,
  { ids, parent }: StartedSpan,
  report: RunReport,
): SpanRecord => ({
  name: `invoke_agent ${config.name}`,
  kind: 'internal',
  startMs: report.startMs,
  endMs: Math.max(report.startMs, report.endMs),
  ids,
  ...(parent && { parent }),
  ...(report.errorType !== undefined && report.outcome !== 'client_left' && { error: report.errorType }),
  attributes: { ...factsOf(config.name, caller, report), ...contentOf(report, config.capture_content, redact) },
});

function factsOf(agent: string, caller: Caller, report: RunReport): Attributes {
  const { facts } = report;
  const { inputTokens, outputTokens } = facts ?? {};
  const isCounted = inputTokens !== undefined && outputTokens !== undefined;
  return knownAttributes({
    [OI.kind]: 'AGENT',
    [GEN_AI.operation]: 'invoke_agent',
    [AGENT.name]: agent,
    [GEN_AI.provider]: PROVIDERS[report.api],
    [GEN_AI.requestModel]: report.model,
    [GEN_AI.responseModel]: facts?.responseModel,
    [GEN_AI.inputTokens]: inputTokens,
    [GEN_AI.outputTokens]: outputTokens,
    [GEN_AI.finishReasons]: report.outcome === 'failed' || !facts ? undefined : [facts.finishReason],
    [GEN_AI.conversationId]: caller.sessionId,
    [OI.modelName]: facts?.responseModel ?? report.model,
    [OI.promptTokens]: inputTokens,
    [OI.completionTokens]: outputTokens,
    [OI.totalTokens]: isCounted ? inputTokens + outputTokens : undefined,
    [OI.sessionId]: caller.sessionId,
    [OI.userId]: caller.consumerId,
    [COMMON.errorType]: report.errorType,
    [COMMON.kongRequestId]: caller.requestId,
    [AGENT.run]: report.runId,
    [AGENT.rounds]: report.rounds,
    [AGENT.toolCalls]: report.calls.length,
    [AGENT.deferred]: report.deferred,
    [AGENT.outcome]: report.outcome,
    [AGENT.stoppedBy]: report.stoppedBy,
  });
}

/** The longest content with `capture_content: full`, and the length of a preview, in characters. */
const MAX_CONTENT = 8192;
const PREVIEW = 200;

/** Without content Phoenix would show other attributes in its place. */
function contentOf({ content }: RunReport, level: State['config']['capture_content'], redact: Redactor): Attributes {
  if (!content) return { [OI.inputValue]: REDACTED, [OI.outputValue]: REDACTED };
  const length = level === 'full' ? MAX_CONTENT : PREVIEW;
  return {
    [OI.inputValue]: redact.content(content.input, length),
    [OI.inputMimeType]: 'text/plain',
    [OI.outputValue]: redact.content(content.output, length),
    [OI.outputMimeType]: 'text/plain',
  };
}
