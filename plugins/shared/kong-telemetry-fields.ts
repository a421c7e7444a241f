import { field } from '../../kong/pdk';

interface Defaults {
  readonly projectName: string;
  readonly serviceName: string;
}

/** The config fields that both telemetry plugins have: where spans go, under which names, and within which bounds. */
export const telemetryFields = ({ projectName, serviceName }: Defaults) => ({
  otlp_url: field.string({
    description:
      'Where spans are sent, used as it stands. Unset: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT of the plugin server, else the route /phoenix of a gateway on this host.',
    len_min: 1,
    referenceable: true,
  }),
  otlp_protocol: field.string({
    description: 'The encoding of OTLP over HTTP. Phoenix takes http/protobuf only.',
    one_of: ['http/protobuf', 'http/json'],
    default: 'http/protobuf',
  }),
  otlp_headers: field.map(
    field.string({ description: 'The value of the header; may be a vault reference.', referenceable: true }),
    {
      description: 'Headers to send with spans, such as authorization or api_key; a name given here wins.',
      default: {},
    },
  ),
  otlp_compression: field.string({
    description: 'How batches of spans are compressed.',
    one_of: ['gzip', 'none'],
    default: 'gzip',
  }),
  otlp_timeout: field.integer({
    description: 'Milliseconds that one batch may take to be exported, retries included; after that it is dropped.',
    default: 5000,
    between: [100, 60_000],
  }),
  project_name: field.string({
    description: 'The project in Phoenix that the spans belong to.',
    default: projectName,
    len_min: 1,
  }),
  service_name: field.string({
    description: 'The service.name of the spans.',
    default: serviceName,
    len_min: 1,
  }),
  service_version: field.string({
    description: "The service.version of the spans; the suite's own version when unset.",
  }),
  environment: field.string({
    description: 'The deployment environment that the spans name.',
    default: 'development',
    len_min: 1,
  }),
  sample_rate: field.number({
    description: 'The share of traces that is kept, from 0 to 1, by trace id. Metrics always count every call.',
    default: 1,
    between: [0, 1],
  }),
  parent: field.string({
    description:
      "What a span hangs under: the traceparent that the upstream got (kong), the client's own only (client), or nothing (none).",
    one_of: ['kong', 'client', 'none'],
    default: 'kong',
  }),
  max_queue_size: field.integer({
    description: 'How many spans may wait to be exported; further ones are dropped and counted.',
    default: 2048,
    between: [1, 65_536],
  }),
  max_batch_size: field.integer({
    description: 'How many spans are exported at once.',
    default: 128,
    between: [1, 4096],
  }),
  flush_delay: field.integer({
    description: 'Milliseconds that a span waits for others before it is exported.',
    default: 1000,
    between: [10, 60_000],
  }),
  max_buffer_bytes: field.integer({
    description: 'How many bytes of one exchange are held while it is read, decompressed; more is counted, not read.',
    default: 262_144,
    between: [4096, 8_388_608],
  }),
  redact_patterns: field.array(
    field.string({ description: 'A JavaScript regular expression; each match is replaced.', len_min: 1 }),
    {
      description:
        'What to take out of error messages and captured content, besides tokens, keys, e-mail addresses and card numbers. Trusted: keep them linear.',
      default: [],
    },
  ),
});
