import { describePagedLists } from '../support/paged-lists-scenario';
import { hasKong } from './kong-process';
import { startKong } from './start-kong';

const suite = hasKong() ? describe : describe.skip;
suite('pages of a held list on Kong', () => {
  describePagedLists(startKong);
});
