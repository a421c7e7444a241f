import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { withRequestLog, type Layout } from '../../../../kong/start/layout';

const layout: Layout = { root: '/package', folder: '/run', logs: '/logs', host: '127.0.0.1', plugins: [] };
const reference = readFileSync(join(__dirname, '../../../../kong/kong.yml'), 'utf8');

it('logs requests to a file, because a Kong daemon has no standard output', () => {
  const { plugins } = parse(withRequestLog(reference, layout)) as { plugins: { name: string; config: object }[] };
  expect(plugins.find(({ name }) => name === 'file-log')?.config).toMatchObject({ path: '/logs/requests.log' });
});

it('changes nothing else', () => {
  const changed = withRequestLog(reference, layout).split('\n');
  expect(reference.split('\n').filter((line, index) => line !== changed[index])).toHaveLength(1);
});
