import { reportBothRoutes } from '../support/batches-scenario';
import { hasKong } from './kong-process';
import { startKong } from './start-kong';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

const suite = hasKong() ? describe : describe.skip;
suite('telemetry on Kong', () => {
  it('reports the same by http-log in batches as by log events, with the profile for users', async () => {
    const { log, batches } = await reportBothRoutes(startKong);
    expect(batches).toEqual(log);
    expect(log.spans.length).toBeGreaterThan(10);
    expect(log.lines.length).toBeGreaterThan(10);
  }, 120_000);
});
