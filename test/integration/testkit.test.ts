import { definePlugin, field, proceed, read } from '../../kong/pdk';
import { echoed, send, startTestGateway } from '../../kong/testkit';

const stamp = definePlugin({
  name: 'stamp',
  version: '1.0.0',
  priority: 1,
  onError: 'reject',
  fields: { word: field.string({ description: 'Value of X-Stamp', default: 'new', len_max: 5 }) },
  prepare: (config, { metrics }) => ({
    ...config,
    requests: metrics.counter({ name: 'stamped_total', help: 'Requests' }),
  }),
  access: {
    reads: { path: read.path() },
    handle: ({ word, requests }, { path }) => {
      requests.inc();
      return proceed({ upstreamHeaders: { 'X-Stamp': `${word} ${path}` } });
    },
  },
});

const stampOf = async (url: string): Promise<string | undefined> => {
  const { headers } = echoed(await send(url));
  return headers[headers.indexOf('X-Stamp') + 1];
};

it('runs plugins with the configs of a test, and counts in their metrics', async () => {
  const gateway = await startTestGateway({ plugins: [stamp], config: { stamp: { word: 'old' } } });
  try {
    expect(await stampOf(`${gateway.url}/a`)).toBe('old /a');
    expect(await gateway.metrics!.registry.metrics()).toContain('stamped_total 1');
  } finally {
    await gateway.close();
  }
});

it('runs a declarative file, with or without its version', async () => {
  const upstream = await startTestGateway({ plugins: [stamp] });
  const services = `services: [{ name: a, url: "${upstream.url}", routes: [{ name: a, paths: [/] }] }]`;
  try {
    for (const kongYml of [services, `_format_version: "3.0"\n${services}`]) {
      const gateway = await startTestGateway({ kongYml });
      expect(await stampOf(`${gateway.url}/b`)).toBe('new /b');
      await gateway.close();
    }
  } finally {
    await upstream.close();
  }
});

it('rejects a config that Kong would reject', async () => {
  await expect(startTestGateway({ plugins: [stamp], config: { stamp: { word: 'longer' } } })).rejects.toThrow(
    /length must be at most 5/,
  );
});

it('responds with the upstream of a test', async () => {
  const gateway = await startTestGateway({ plugins: [stamp], upstream: (_, response) => response.end('hello') });
  const { status, body } = await send(gateway.url);
  await gateway[Symbol.asyncDispose]();
  expect([status, body.toString()]).toEqual([200, 'hello']);
});
