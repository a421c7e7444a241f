import { DEFAULT_ENDPOINT, endpointOf } from '../../../../../../plugins/shared/telemetry/export/endpoint';

describe('endpointOf', () => {
  it.each([
    [{}, DEFAULT_ENDPOINT],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ' ' }, DEFAULT_ENDPOINT],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://kong:8000/phoenix' }, 'http://kong:8000/phoenix/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }, 'http://collector:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/here' }, 'http://collector:4318/here'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b/traces' },
      'http://b/traces',
    ],
  ])('reads %p', (env, url) => {
    expect(endpointOf(env)).toBe(url);
  });
});
