import { startTestGateway } from '../../kong/testkit/gateway';
import { describePagedLists } from '../support/paged-lists-scenario';

describe('pages of a held list on the stand-in', () => {
  describePagedLists(async (kongYml, settings) => {
    const gateway = await startTestGateway({ kongYml, settings });
    return { url: gateway.url, close: () => gateway.close() };
  });
});
