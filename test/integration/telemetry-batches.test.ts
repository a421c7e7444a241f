import { startTestGateway } from '../../kong/testkit/gateway';
import { reportBothRoutes } from '../support/batches-scenario';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

it('reports the same by http-log in batches as by log events, with the profile for users', async () => {
  const { log, batches } = await reportBothRoutes(async (kongYml, settings) => {
    const gateway = await startTestGateway({ kongYml, settings });
    return { url: gateway.url, close: () => gateway.close() };
  });
  expect(batches).toEqual(log);
  expect(log.spans.length).toBeGreaterThan(10);
  expect(log.lines.length).toBeGreaterThan(10);
});
