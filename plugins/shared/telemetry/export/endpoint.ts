import type { Environment } from '../../../../kong/pdk';

/** The default: the route `/phoenix` of a gateway on this host. */
export const DEFAULT_ENDPOINT = 'http://localhost:8000/phoenix/v1/traces';

/**
 * The URL for spans in the standard variables of OpenTelemetry (`specification/protocol/exporter.md`):
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` unchanged, else `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces` appended. An
 * empty variable counts as unset.
 */
export function endpointOf(env: Environment): string {
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim();
  if (traces) return traces;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim().replace(/\/+$/, '');
  return base ? `${base}/v1/traces` : DEFAULT_ENDPOINT;
}
