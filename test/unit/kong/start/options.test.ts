import { readOptions } from '../../../../kong/start/options';

it('uses the first available engine and loopback by default', () => {
  expect(readOptions([])).toEqual({ host: '127.0.0.1', help: false });
  expect(
    readOptions(['--engine', 'kong', '--host', '127.0.0.9', '--state', 'run.json', '--logs', 'l', '--hide-calls']),
  ).toEqual({
    engine: 'kong',
    host: '127.0.0.9',
    stateFile: 'run.json',
    logs: 'l',
    hideCalls: true,
    help: false,
  });
});

it.each([
  [['--engine', 'podman'], '--engine must be one of docker, kong, stand-in'],
  [['--host', 'localhost'], '--host must be an IPv4 address'],
  [['--speed'], /--speed/],
])('rejects %j with a message that names the problem', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
