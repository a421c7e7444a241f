import type { Environment } from '../../../../kong/pdk';

/** Where spans go when nothing says otherwise: through the route `/phoenix` of a gateway on this host. */
export const DEFAULT_ENDPOINT = 'http://localhost:8000/phoenix/v1/traces';

/**
 * The address for spans that the standard variables of OpenTelemetry name (`specification/protocol/exporter.md`):
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` as it stands, else `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces` after it.
 * An empty variable counts as unset.
 */
export function endpointOf(env: Environment): string {
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim();
  if (traces) return traces;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim().replace(/\/+$/, '');
  return base ? `${base}/v1/traces` : DEFAULT_ENDPOINT;
}
