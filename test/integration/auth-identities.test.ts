import { startTestGateway } from '../../kong/testkit';
import { describeIdentities } from '../support/describe-identities';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

describe('mcp-auth on the stand-in', () => {
  describeIdentities((kongYml, settings) => startTestGateway({ kongYml, settings }));
});
