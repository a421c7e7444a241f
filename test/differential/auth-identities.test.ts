import { describeIdentities } from '../support/describe-identities';
import { hasKong } from './kong-process';
import { startKong } from './start-kong';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

const suite = hasKong() ? describe : describe.skip;
suite('mcp-auth on Kong', () => {
  describeIdentities(startKong);
});
