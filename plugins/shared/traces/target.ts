import type { Environment } from '../../../kong/pdk';
import { endpointOf } from './endpoint';

/** Where spans go and under which names; two configurations with equal targets share one queue and its connections. */
export interface Target {
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly timeoutMs: number;
  readonly projectName: string;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly environment: string;
  /** 0 to 1: the share of traces that is kept, decided by the trace id. */
  readonly sampleRate: number;
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  readonly delayMs: number;
}

/** A text that is equal for equal targets, whatever the order of their members. */
export const targetKey = (target: Target): string =>
  JSON.stringify(sorted({ ...target, headers: JSON.stringify(sorted(target.headers)) }));

const sorted = (members: object): [string, unknown][] =>
  (Object.entries(members) as [string, unknown][]).sort(([a], [b]) => (a < b ? -1 : 1));

/** The fields of a plugin's config that describe a target; `kong-telemetry-fields.ts` declares them. */
export interface TargetConfig {
  readonly otlp_url?: string;
  readonly otlp_protocol: 'http/protobuf' | 'http/json';
  readonly otlp_headers: Readonly<Record<string, string>>;
  readonly otlp_compression: 'gzip' | 'none';
  readonly otlp_timeout: number;
  readonly project_name: string;
  readonly service_name: string;
  readonly service_version?: string;
  readonly environment: string;
  readonly sample_rate: number;
  readonly max_queue_size: number;
  readonly max_batch_size: number;
  readonly flush_delay: number;
}

/** The target of a configuration; `env` decides the address where the configuration does not. */
export const targetOf = (config: TargetConfig, version: string, env: Environment): Target => ({
  url: config.otlp_url ?? endpointOf(env),
  protocol: config.otlp_protocol,
  headers: config.otlp_headers,
  compression: config.otlp_compression,
  timeoutMs: config.otlp_timeout,
  projectName: config.project_name,
  serviceName: config.service_name,
  serviceVersion: config.service_version ?? version,
  environment: config.environment,
  sampleRate: config.sample_rate,
  maxQueueSize: config.max_queue_size,
  maxBatchSize: config.max_batch_size,
  delayMs: config.flush_delay,
});
