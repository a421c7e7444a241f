import { field, type ConfigOf } from '../../kong/pdk';
import { REVISIONS } from '../shared/mcp/revisions';
import { telemetryFields } from '../shared/telemetry/kong-telemetry-fields';
import { createRedactor } from '../shared/telemetry/redaction/redact';

const spans = telemetryFields({ projectName: 'kong-llm', serviceName: 'kong-llm-mcp-agent' });

const KIB = 1024;
const MIB = 1024 * KIB;
const bytes = (description: string, size: number) =>
  field.integer({ description, default: size, between: [KIB, 64 * MIB] });

/** The config of `llm-mcp-agent`. */
export const fields = {
  name: field.string({
    description: 'The name of the agent in spans, metrics and logs: letters, digits, _, - and dots.',
    required: true,
    len_min: 1,
    len_max: 64,
    match: '^[%w_.-]+$',
  }),
  gateway_url: field.string({
    description:
      "The URL of Kong's proxy as the plugin server reaches it: the agent calls the model and the tools through Kong's routes. If unset: KONG_AI_GATEWAY_URL in the environment of the plugin server, else http://127.0.0.1:8000.",
    len_min: 1,
    match: '^https?://',
    referenceable: true,
  }),
  gateway_ssl_verify: field.boolean({
    description: 'With https: verify the certificate of the gateway.',
    default: true,
  }),
  llm_path: field.string({
    description: 'The path of the route of the LLM, such as /ollama. The path of the API is appended.',
    required: true,
    len_min: 1,
    match: '^/',
  }),
  servers: field.array(
    field.record(
      {
        name: field.string({
          description: 'The name of the server in spans, metrics, logs and answers.',
          required: true,
          len_min: 1,
          len_max: 64,
          match: '^[%w_.-]+$',
        }),
        path: field.string({
          description: 'The path of its MCP endpoint at the gateway, such as /py-calculator/mcp.',
          required: true,
          len_min: 1,
          match: '^/',
        }),
        allow: field.array(field.string({ description: 'A tool name or a glob.', len_min: 1 }), {
          description: 'The tools that the model may see and call: names or globs.',
          required: true,
          len_min: 1,
        }),
        deny: field.array(field.string({ description: 'A tool name or a glob.', len_min: 1 }), {
          description: 'The tools that it may not see or call, although allow matches them.',
          default: [],
        }),
        require_approval: field.array(field.string({ description: 'A tool name or a glob.', len_min: 1 }), {
          description:
            'The tools whose calls the user has to approve, in /v1/responses. In the other APIs they are not called.',
          default: [],
        }),
        untrusted: field.boolean({
          description:
            'The server reads texts of others, such as web pages or mails: after a result of it, tools without readOnlyHint need an approval.',
          default: false,
        }),
        prefix: field.string({
          description: 'Put before the names of the tools, so that the tools of two servers differ.',
          len_min: 1,
          len_max: 32,
        }),
        optional: field.boolean({
          description: 'If the server does not list its tools: answer without them instead of rejecting the request.',
          default: false,
        }),
        timeout: field.integer({
          description: 'The time in seconds for one answer of the server. Progress extends it up to four times.',
          default: 30,
          between: [1, 600],
        }),
        revision: field.string({
          description: 'The revision of MCP to speak; auto finds it out.',
          one_of: ['auto', ...REVISIONS],
          default: 'auto',
        }),
      },
      { description: 'An MCP server behind a route of this gateway.' },
    ),
    { description: 'The MCP servers whose tools the model may call.', required: true, len_min: 1, len_max: 16 },
  ),
  forward_headers: field.set(field.string({ description: 'The name of a header.', len_min: 1, len_max: 128 }), {
    description:
      "The request headers that the agent sends with each call of the model and of tools, so that Kong authenticates these calls as the caller's.",
    default: ['authorization', 'apikey', 'x-api-key'],
  }),
  pass_to_llm: field.set(field.string({ description: 'The name of a header.', len_min: 1, len_max: 128 }), {
    description: 'More request headers, for calls of the model only.',
    default: [
      'anthropic-version',
      'anthropic-beta',
      'openai-beta',
      'openai-organization',
      'openai-project',
      'x-session-id',
    ],
  }),
  allowed_origins: field.array(field.string({ description: 'An origin, a host or a glob.', len_min: 1 }), {
    description:
      'The origins of pages that may use the agent, with or without scheme, as globs. Empty: loopback only. Requests without Origin are not affected.',
    default: [],
  }),
  require_approval_unless_read_only: field.boolean({
    description: 'Every tool without readOnlyHint needs an approval. The hint only ever restricts: servers write it.',
    default: false,
  }),
  approval_ttl: field.integer({
    description: 'The time in seconds within which the user has to approve a call.',
    default: 600,
    between: [10, 86_400],
  }),
  approval_secret: field.string({
    description:
      'The key of the ids of approval requests. If unset: a random one of the process, so that a restart makes them invalid.',
    len_min: 16,
    referenceable: true,
    encrypted: true,
  }),
  max_rounds: field.integer({
    description: 'The calls of the model in a run. In the last one it may not call tools.',
    default: 8,
    between: [2, 64],
  }),
  max_tool_calls: field.integer({ description: 'The calls of tools in a run.', default: 32, between: [1, 1000] }),
  max_parallel_calls: field.integer({
    description: 'The calls of tools at the same time.',
    default: 8,
    between: [1, 64],
  }),
  max_repeats: field.integer({
    description: 'How often a run may call the same tool with the same arguments.',
    default: 3,
    between: [1, 100],
  }),
  max_run_seconds: field.integer({
    description: "The time of a run in seconds; less than read_timeout of Kong's service.",
    default: 240,
    between: [1, 3600],
  }),
  llm_timeout: field.integer({
    description: 'The longest silence of the model in seconds.',
    default: 120,
    between: [1, 3600],
  }),
  max_run_tokens: field.integer({
    description: 'Input and output tokens of all rounds of a run, as the model reports them.',
    default: 200_000,
    between: [1, 100_000_000],
  }),
  max_request_bytes: bytes('The largest request; a larger one is rejected with 413.', 4 * MIB),
  max_turn_bytes: bytes('The largest answer of the model in one round.', 4 * MIB),
  max_history_bytes: bytes('The largest request to the model, with the history of the run.', 8 * MIB),
  max_result_bytes: bytes('The largest result of a tool; a larger one is cut.', 64 * KIB),
  max_tools: field.integer({
    description: 'The tools that are offered to the model.',
    default: 128,
    between: [1, 512],
  }),
  max_definition_bytes: bytes(
    'The bytes of the descriptions and schemas of all tools; the largest ones are left out.',
    256 * KIB,
  ),
  list_ttl: field.integer({
    description: 'The time in seconds for which the list of tools of a server is kept for a caller; 0: not at all.',
    default: 60,
    between: [0, 3600],
  }),
  max_runs: field.integer({
    description: 'Runs at the same time; others are rejected with 503.',
    default: 256,
    between: [1, 10_000],
  }),
  max_held_bytes: field.integer({
    description: 'The bytes that all runs may hold: requests and histories.',
    default: 128 * MIB,
    between: [MIB, 2 ** 31],
  }),
  tool_events: field.string({
    description:
      'Show calls of tools and their results in streams of /api/chat and /v1/chat/completions, as a member agent of records: if the request has X-Agent-Events: 1 (on_request), always or never. The other two APIs have their own words for them.',
    one_of: ['on_request', 'always', 'never'],
    default: 'on_request',
  }),
  audit_log: field.string({
    description:
      'The JSON lines about runs and calls of tools in the log of the plugin server: of failed ones (errors), of all, or none.',
    one_of: ['errors', 'all', 'none'],
    default: 'errors',
  }),
  capture_content: field.string({
    description:
      "The user's last message and the answer in the span: none, the first 200 characters (preview), or up to 8 KiB of each (full), after redaction.",
    one_of: ['none', 'preview', 'full'],
    default: 'none',
  }),
  redact_patterns: spans.redact_patterns,
  otlp_url: spans.otlp_url,
  otlp_protocol: spans.otlp_protocol,
  otlp_headers: spans.otlp_headers,
  otlp_compression: spans.otlp_compression,
  otlp_timeout: spans.otlp_timeout,
  exporters: spans.exporters,
  project_name: spans.project_name,
  service_name: spans.service_name,
  service_version: spans.service_version,
  environment: spans.environment,
  sample_rate: spans.sample_rate,
  parent: spans.parent,
  max_queue_size: spans.max_queue_size,
  max_batch_size: spans.max_batch_size,
  flush_delay: spans.flush_delay,
} as const;

/** The parsed config. */
export type Config = ConfigOf<typeof fields>;

/** Headers that a proxy sets, or that would be a lie in a call of the agent. */
const RESERVED =
  /^(?:host|connection|content-.*|transfer-encoding|x-consumer-.*|x-credential-.*|x-agent-.*|x-forwarded-.*|traceparent)$/i;

/** @throws Error that names the field, when fields contradict each other */
export function checkConfig(config: Config): void {
  createRedactor(config.redact_patterns);
  for (const name of ['forward_headers', 'pass_to_llm'] as const) {
    const reserved = config[name].find((header) => RESERVED.test(header));
    if (reserved !== undefined) throw new Error(`${name}: ${reserved} cannot be forwarded`);
  }
  const names = config.servers.map((server) => server.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`servers: two servers have the name ${twice}`);
  if (config.gateway_url !== undefined && !URL.canParse(config.gateway_url))
    throw new Error('gateway_url: must be a URL, such as http://127.0.0.1:8000');
}
