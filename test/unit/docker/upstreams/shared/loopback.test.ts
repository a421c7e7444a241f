import { isLoopback } from '../../../../../docker/upstreams/shared/loopback';

it.each(['localhost', 'LOCALHOST:11434', '127.0.0.1', '127.0.0.1:8100', '127.3.4.5:1', '[::1]', '[::1]:8100'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it.each([
  undefined,
  '',
  'ollama',
  'ollama:11434',
  '0.0.0.0',
  '127.evil.example',
  'localhost.evil.example',
  '192.168.0.1',
])('%s is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});
