import { readDeclarative } from '../../../../../kong/stand-in/config/declarative';
import { notEmulated } from '../../../../../kong/stand-in/config/not-emulated';
import { IGNORED, NOT_EMULATED, RESTRICTING } from '../../../../../kong/stand-in/plugins/not-emulated';

const known = new Map(NOT_EMULATED.map((name) => [name, {}]));
const notEmulatedOf = (file: object): string[] => {
  const { entities } = readDeclarative(JSON.stringify({ _format_version: '3.0', ...file }), known, () => true, 0);
  return notEmulated(entities).map(({ path, message }) => `${path}: ${message}`);
};
const service = { name: 's', url: 'http://127.0.0.1' };

it.each(RESTRICTING)('rejects a file with %s, without which it would allow more than Kong', (name) => {
  expect(notEmulatedOf({ plugins: [{ name, instance_name: 'guard' }] })).toEqual([
    expect.stringContaining(`plugins.guard: the stand-in does not emulate ${name}, which restricts requests`),
  ]);
});

it.each([
  ['jwt on a service', { services: [{ ...service, plugins: [{ name: 'jwt' }] }] }],
  ['jwt on a route', { routes: [{ name: 'r', paths: ['/'], plugins: [{ name: 'jwt' }] }] }],
  ['jwt on a consumer', { consumers: [{ username: 'ann', plugins: [{ name: 'ip-restriction' }] }] }],
  ['certificates of an upstream', { services: [{ ...service, tls_verify: true }] }],
  ['a route for gRPC', { routes: [{ name: 'r', paths: ['/'], protocols: ['grpc'] }] }],
  ['a route for raw TCP', { routes: [{ name: 'r', paths: ['/'], protocols: ['tcp'] }] }],
  ['other joined paths', { routes: [{ name: 'r', paths: ['/'], path_handling: 'v1' }] }],
  ['a service that is not HTTP', { services: [{ name: 's', url: 'grpc://127.0.0.1' }] }],
])('rejects %s', (_what, file) => {
  expect(notEmulatedOf(file)).toHaveLength(1);
});

it('rejects filter chains of WebAssembly, which may reject requests', () => {
  expect(() => notEmulatedOf({ filter_chains: [] })).toThrow('filter_chains: unknown field');
});

it.each(IGNORED)('accepts a file with %s', (name) => {
  expect(notEmulatedOf({ plugins: [{ name }] })).toEqual([]);
});

it('accepts a plugin that is not enabled', () => {
  expect(notEmulatedOf({ plugins: [{ name: 'jwt', enabled: false }] })).toEqual([]);
});
