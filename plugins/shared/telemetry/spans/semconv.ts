/**
 * The attribute keys of the spans in one place, since the conventions are in development and rename them.
 *
 * `GEN_AI`, `MCP` and `RPC`: OpenTelemetry GenAI conventions, semantic-conventions-genai main of October 2026. They
 * have no release yet, and the names of metrics changed in September and October 2026: `semconv_metrics` of
 * llm-telemetry selects between those names and the earlier ones. `OI`: OpenInference `spec/semantic_conventions.md`,
 * which Phoenix displays. `LEGACY`: the names in older dashboards.
 */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev';

/** OpenTelemetry GenAI: model calls. */
export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  stream: 'gen_ai.request.stream',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  outputType: 'gen_ai.output.type',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  finishReasons: 'gen_ai.response.finish_reasons',
  conversationId: 'gen_ai.conversation.id',
  systemInstructions: 'gen_ai.system_instructions',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  toolDefinitions: 'gen_ai.tool.definitions',
  toolName: 'gen_ai.tool.name',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
  promptName: 'gen_ai.prompt.name',
} as const;

/** `gen_ai.request.*`, by the common name of the parameter. */
export const GEN_AI_PARAMETERS = {
  temperature: 'gen_ai.request.temperature',
  top_p: 'gen_ai.request.top_p',
  top_k: 'gen_ai.request.top_k',
  seed: 'gen_ai.request.seed',
  max_tokens: 'gen_ai.request.max_tokens',
  stop_sequences: 'gen_ai.request.stop_sequences',
  frequency_penalty: 'gen_ai.request.frequency_penalty',
  presence_penalty: 'gen_ai.request.presence_penalty',
  reasoning_level: 'gen_ai.request.reasoning.level',
} as const;

/** OpenInference: what Phoenix displays. */
export const OI = {
  kind: 'openinference.span.kind',
  provider: 'llm.provider',
  system: 'llm.system',
  modelName: 'llm.model_name',
  responseModelName: 'llm.response.model_name',
  embeddingModelName: 'embedding.model_name',
  invocationParameters: 'llm.invocation_parameters',
  embeddingInvocationParameters: 'embedding.invocation_parameters',
  promptTokens: 'llm.token_count.prompt',
  completionTokens: 'llm.token_count.completion',
  totalTokens: 'llm.token_count.total',
  finishReason: 'llm.finish_reason',
  inputValue: 'input.value',
  inputMimeType: 'input.mime_type',
  outputValue: 'output.value',
  outputMimeType: 'output.mime_type',
  inputMessages: 'llm.input_messages',
  outputMessages: 'llm.output_messages',
  tools: 'llm.tools',
  embeddings: 'embedding.embeddings',
  toolName: 'tool.name',
  toolParameters: 'tool.parameters',
  sessionId: 'session.id',
  userId: 'user.id',
  metadata: 'metadata',
  projectName: 'openinference.project.name',
} as const;

/** The legacy names. */
export const LEGACY = {
  vendor: 'llm.vendor',
  model: 'llm.model',
  operation: 'llm.operation',
  inputTokens: 'llm.tokens_input',
  outputTokens: 'llm.tokens_output',
  outputTokensEstimated: 'llm.tokens_output_estimated',
  tokenCountSource: 'llm.token_count_source',
  messageCount: 'llm.message_count',
  toolCount: 'llm.tool_count',
  toolCallsCount: 'llm.tool_calls_count',
  calledTools: 'llm.called_tools',
  durationMs: 'llm.duration_ms',
  responseLength: 'llm.response_length',
  lastMessagePreview: 'llm.last_message_preview',
  responsePreview: 'llm.response_preview',
  contentTruncated: 'llm.content_truncated',
} as const;

/** Values that only Ollama reports. */
export const OLLAMA = {
  totalDurationMs: 'ollama.total_duration_ms',
  loadDurationMs: 'ollama.load_duration_ms',
  promptEvalDurationMs: 'ollama.prompt_eval_duration_ms',
  evalDurationMs: 'ollama.eval_duration_ms',
  remoteHost: 'ollama.remote_host',
} as const;

/** OpenTelemetry GenAI: MCP messages. */
export const MCP = {
  method: 'mcp.method.name',
  protocolVersion: 'mcp.protocol.version',
  sessionId: 'mcp.session.id',
  resourceUri: 'mcp.resource.uri',
  /** Not in the conventions: the transport of a stream that stays open. */
  transport: 'mcp.transport',
} as const;

/** OpenTelemetry: JSON-RPC. */
export const RPC = {
  requestId: 'jsonrpc.request.id',
  statusCode: 'rpc.response.status_code',
} as const;

/** General conventions (errors, HTTP, addresses), and facts from Kong. */
export const COMMON = {
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  peerAddress: 'network.peer.address',
  networkTransport: 'network.transport',
  networkProtocol: 'network.protocol.name',
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  urlPath: 'url.path',
  kongService: 'kong.service',
  kongRoute: 'kong.route',
  kongRequestId: 'kong.request_id',
  kongTraceId: 'kong.trace_id',
  /** The bytes of the response that were not captured: counts from the response may be too low. */
  missingBytes: 'kong.capture.missing_bytes',
  /** For a stream that stays open: its size, and whether its end passed. */
  responseBytes: 'http.response.body.size',
  responseComplete: 'kong.response.complete',
  deniedBy: 'kong.denied.by',
  deniedReason: 'kong.denied.reason',
} as const;
