import type { Environment } from '../../../../kong/pdk';
import { endpointOf } from './endpoint';

/**
 * Where and under which names spans are exported. Configurations with equal targets share a queue and its connections.
 */
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
  /** The share of traces that is exported, from 0 to 1, decided by trace id. */
  readonly sampleRate: number;
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  readonly delayMs: number;
}

/** A key that is equal for equal targets, whatever the order of their members. */
export const targetKey = (target: Target): string =>
  JSON.stringify(sorted({ ...target, headers: JSON.stringify(sorted(target.headers)) }));

const sorted = (members: object): [string, unknown][] =>
  (Object.entries(members) as [string, unknown][]).sort(([a], [b]) => (a < b ? -1 : 1));

/** The config fields of one collector. */
interface ExporterConfig {
  readonly otlp_protocol: 'http/protobuf' | 'http/json';
  readonly otlp_headers: Readonly<Record<string, string>>;
  readonly otlp_compression: 'gzip' | 'none';
  readonly otlp_timeout: number;
}

/** The config fields that describe targets; `kong-telemetry-fields.ts` declares them. */
export interface TargetConfig extends ExporterConfig {
  readonly otlp_url?: string;
  readonly project_name: string;
  readonly service_name: string;
  readonly service_version?: string;
  readonly environment: string;
  readonly sample_rate: number;
  readonly max_queue_size: number;
  readonly max_batch_size: number;
  readonly flush_delay: number;
  /** Additional collectors. */
  readonly exporters: readonly (ExporterConfig & { readonly otlp_url: string; readonly project_name?: string })[];
}

/**
 * The targets of a configuration, the main one first.
 *
 * @param env sets the URL of the main target if the configuration does not
 */
export function targetsOf(config: TargetConfig, version: string, env: Environment): readonly Target[] {
  const main = { ...config, otlp_url: config.otlp_url ?? endpointOf(env) };
  return [main, ...config.exporters].map((exporter) => ({
    url: exporter.otlp_url,
    protocol: exporter.otlp_protocol,
    headers: exporter.otlp_headers,
    compression: exporter.otlp_compression,
    timeoutMs: exporter.otlp_timeout,
    projectName: exporter.project_name ?? config.project_name,
    serviceName: config.service_name,
    serviceVersion: config.service_version ?? version,
    environment: config.environment,
    sampleRate: config.sample_rate,
    maxQueueSize: config.max_queue_size,
    maxBatchSize: config.max_batch_size,
    delayMs: config.flush_delay,
  }));
}
