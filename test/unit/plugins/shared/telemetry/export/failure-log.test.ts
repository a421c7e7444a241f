import { logInto, type LogLine } from '../../../../../../kong/testkit/log-lines';
import { withFailureLog } from '../../../../../../plugins/shared/telemetry/export/failure-log';

it('logs one line per minute, without secrets', () => {
  const lines: LogLine[] = [];
  const counted: [number, string][] = [];
  let now = 0;
  const ignore = () => undefined;
  const metrics = {
    exported: ignore,
    dropped: ignore,
    failed: (spans: number, code: string) => counted.push([spans, code]),
  };
  const url = 'https://user:password@collector:4318/v1/traces?key=secret';
  const { failed } = withFailureLog(metrics, url, logInto(lines), () => now);
  failed(5, '401');
  failed(3, '401');
  now = 60_000;
  failed(1, 'timeout');
  expect(counted).toHaveLength(3);
  const collector = 'https://collector:4318/v1/traces';
  expect(lines).toEqual([
    { level: 'warn', message: 'span export failed', fields: { collector, code: '401', failures: 1, spans: 5 } },
    { level: 'warn', message: 'span export failed', fields: { collector, code: 'timeout', failures: 2, spans: 4 } },
  ]);
});

it('accepts an invalid URL', () => {
  const lines: LogLine[] = [];
  const metrics = { exported: () => undefined, dropped: () => undefined, failed: () => undefined };
  withFailureLog(metrics, 'nonsense', logInto(lines), () => 0).failed(1, '_OTHER');
  expect(lines[0]!.fields).toMatchObject({ collector: 'invalid URL' });
});
