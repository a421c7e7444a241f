import packageJson from '../../../../../package.json';
import { VERSION } from '../../../../../plugins/shared/runtime/version';

it('is the version of package.json', () => {
  expect(VERSION).toBe(packageJson.version);
});
