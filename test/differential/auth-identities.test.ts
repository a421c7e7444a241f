import { describeIdentities } from '../support/describe-identities';
import { hasKong } from './kong-process';
import { startKong } from './start-kong';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/otlp-exporter-base/node-http', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/otlp-exporter-base/node-http'),
);

const suite = hasKong() ? describe : describe.skip;
suite('mcp-auth on Kong', () => {
  describeIdentities(startKong);
});
