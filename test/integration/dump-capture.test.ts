import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { capturePlugin } from '../../kong/plugin-server/commands/capture-plugin';

it('prints the capture from the compiled package', () => {
  const program = join(__dirname, '..', '..', 'dist', 'plugins', 'main.js');
  expect(execFileSync(process.execPath, [program, 'dump', '--capture'], { encoding: 'utf8' })).toBe(capturePlugin());
});
