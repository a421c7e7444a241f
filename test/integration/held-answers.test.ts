import { startTestGateway } from '../../kong/testkit/gateway';
import { describeHeldAnswers } from '../support/held-scenarios';

describe('held answers on the stand-in', () => {
  describeHeldAnswers(async ({ configText: kongYml, settings }) => {
    const gateway = await startTestGateway({ kongYml, settings });
    return { url: gateway.url, stop: () => gateway.close() };
  });
});
