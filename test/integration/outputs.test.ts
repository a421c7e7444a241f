import { startTestGateway } from '../../kong/testkit/gateway';
import { describeOutputs } from '../support/outputs-scenario';

describe('learned output schemas on the stand-in', () => {
  describeOutputs(async (kongYml, settings) => {
    const gateway = await startTestGateway({ kongYml, settings });
    return { url: gateway.url, close: () => gateway.close() };
  });
});
