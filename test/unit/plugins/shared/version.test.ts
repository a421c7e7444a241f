import packageJson from '../../../../package.json';
import { VERSION } from '../../../../plugins/shared/version';

it('is the version of package.json', () => {
  expect(VERSION).toBe(packageJson.version);
});
