import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { FormatSessionId } from '../../shared/mcp/session-hash';
import { headerOf } from '../../shared/telemetry/log-entry';
import { knownAttributes, type OptionalAttributes } from '../../shared/telemetry/spans/attributes';
import { kongAttributes, type ServiceOptions } from '../../shared/telemetry/spans/kong-attributes';
import { COMMON, GEN_AI, GEN_AI_PARAMETERS, LEGACY, OI, OLLAMA } from '../../shared/telemetry/spans/semconv';
import type { LlmCall } from '../call';
import { estimateOutputTokens } from '../estimate';
import type { Api } from '../request/apis';
import type { LlmResponse } from '../response/llm-response';
import { legacyAttributes, type LegacyOptions } from './legacy-attributes';

/** The config fields that affect attributes. */
export interface AttributeOptions extends ServiceOptions, LegacyOptions {
  readonly guide_attributes: boolean;
  readonly estimate_tokens: boolean;
  readonly session_header: string;
  /** How session ids are shown. */
  readonly formatSessionId: FormatSessionId;
  readonly user_source: 'consumer_id' | 'consumer_username' | 'none';
}

/** The attributes of a call's span, without content. An attribute whose value is unknown is absent. */
export function attributesOf(call: LlmCall, options: AttributeOptions): Attributes {
  return knownAttributes(
    modelAttributes(call, options),
    requestAttributes(call),
    usageAttributes(call),
    options.estimate_tokens ? estimateAttributes(call) : {},
    outcomeAttributes(call),
    exchangeAttributes(call, options),
    options.guide_attributes ? legacyAttributes(call, options) : {},
  );
}

function modelAttributes({ api, request, response }: LlmCall, { provider }: AttributeOptions): OptionalAttributes {
  const embedding = api.operation === 'embeddings';
  const model = request.model ?? response?.model;
  return {
    [OI.kind]: embedding ? 'EMBEDDING' : 'LLM',
    [GEN_AI.operation]: api.operation,
    [GEN_AI.provider]: provider,
    [GEN_AI.requestModel]: request.model,
    [GEN_AI.responseModel]: response?.model,
    [GEN_AI.responseId]: response?.id,
    ...(embedding
      ? { [OI.embeddingModelName]: model }
      : {
          [OI.provider]: provider,
          [OI.system]: provider,
          [OI.modelName]: model,
          [OI.responseModelName]: response?.model === request.model ? undefined : response?.model,
        }),
  };
}

function requestAttributes({ api, request, streaming }: LlmCall): OptionalAttributes {
  const embedding = api.operation === 'embeddings';
  const { parameters } = request;
  const draft: OptionalAttributes = {
    [GEN_AI.stream]: streaming || undefined,
    [GEN_AI.outputType]: request.jsonOutput ? 'json' : undefined,
  };
  for (const [name, key] of Object.entries(GEN_AI_PARAMETERS)) {
    const value = parameters[name];
    draft[key] = Array.isArray(value) ? [...(value as string[])] : (value as AttributeValue | undefined);
  }
  if (Object.keys(parameters).length > 0) {
    draft[embedding ? OI.embeddingInvocationParameters : OI.invocationParameters] = JSON.stringify(parameters);
  }
  return draft;
}

function usageAttributes({ api, response }: LlmCall): OptionalAttributes {
  if (!response) return {};
  const { inputTokens, outputTokens } = response;
  return {
    [GEN_AI.inputTokens]: inputTokens,
    [GEN_AI.outputTokens]: outputTokens,
    [OI.promptTokens]: inputTokens,
    [OI.completionTokens]: outputTokens,
    [OI.totalTokens]: totalOf(api, response),
  };
}

/** The total as reported, unless it is less than its parts. */
function totalOf(api: Api, { inputTokens, outputTokens, totalTokens }: LlmResponse): number | undefined {
  const output = api.operation === 'embeddings' ? 0 : outputTokens;
  const isComplete = inputTokens !== undefined && output !== undefined;
  if (totalTokens === undefined && !isComplete) return undefined;
  return Math.max((inputTokens ?? 0) + (output ?? 0), totalTokens ?? 0);
}

function estimateAttributes(call: LlmCall): OptionalAttributes {
  const estimate = estimateOutputTokens(call);
  return { [LEGACY.outputTokensEstimated]: estimate?.tokens, [LEGACY.tokenCountSource]: estimate?.source };
}

function outcomeAttributes(call: LlmCall): OptionalAttributes {
  const { api, response, errorType, timeToFirstChunkMs } = call;
  const finishReasons = finishReasonsOf(call);
  const timings = response?.timings;
  return {
    [COMMON.errorType]: errorType,
    [GEN_AI.finishReasons]: api.operation === 'embeddings' ? undefined : finishReasons,
    [OI.finishReason]: api.operation === 'embeddings' ? undefined : finishReasons?.[0],
    [GEN_AI.timeToFirstChunk]: timeToFirstChunkMs === undefined ? undefined : timeToFirstChunkMs / 1000,
    [OLLAMA.totalDurationMs]: timings?.totalMs,
    [OLLAMA.loadDurationMs]: timings?.loadMs,
    [OLLAMA.promptEvalDurationMs]: timings?.promptEvalMs,
    [OLLAMA.evalDurationMs]: timings?.evalMs,
    [OLLAMA.remoteHost]: response?.remoteHost,
    [COMMON.missingBytes]: call.missingBytes || undefined,
  };
}

/** `error` replaces a finish reason that is missing because of an error. */
function finishReasonsOf({ response, errorType }: LlmCall): string[] | undefined {
  if (response && response.finishReasons.length > 0) return response.finishReasons;
  return errorType === undefined ? undefined : ['error'];
}

function exchangeAttributes(call: LlmCall, options: AttributeOptions): OptionalAttributes {
  const { entry, response, request } = call;
  const clientSession = options.formatSessionId(headerOf(entry.requestHeaders, options.session_header.toLowerCase()));
  return {
    ...kongAttributes(entry, options),
    [GEN_AI.conversationId]: clientSession ?? request.conversationId ?? response?.conversationId,
    [OI.sessionId]: clientSession,
    [OI.userId]: userOf(call, options),
    [COMMON.urlPath]: entry.upstreamPath,
  };
}

function userOf({ entry: { consumer } }: LlmCall, { user_source }: AttributeOptions): string | undefined {
  if (user_source === 'none') return undefined;
  return user_source === 'consumer_username' ? consumer?.username : consumer?.id;
}
