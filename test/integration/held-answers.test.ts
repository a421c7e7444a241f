import { startTestGateway } from '../../kong/testkit/gateway';
import { plugins } from '../support/held-plugins';
import { describeHeldAnswers } from '../support/held-scenarios';

describe('held answers on the stand-in', () => {
  describeHeldAnswers(async (text) => {
    const gateway = await startTestGateway({ plugins, kongYml: text });
    return { url: gateway.url, stop: () => gateway.close() };
  });
});
