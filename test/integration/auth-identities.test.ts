import { startTestGateway } from '../../kong/testkit';
import { describeIdentities } from '../support/describe-identities';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/otlp-exporter-base/node-http', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/otlp-exporter-base/node-http'),
);

describe('mcp-auth on the stand-in', () => {
  describeIdentities((kongYml, settings) => startTestGateway({ kongYml, settings }));
});
