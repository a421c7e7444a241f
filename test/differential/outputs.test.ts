import { describeOutputs } from '../support/outputs-scenario';
import { hasKong } from './kong-process';
import { startKong } from './start-kong';

const suite = hasKong() ? describe : describe.skip;
suite('learned output schemas on Kong', () => {
  describeOutputs(startKong);
});
