import { logInto, type LogLine } from '../../../../../kong/testkit/log-lines';
import { CAPTURE_VERSION, captureFromShared } from '../../../../../plugins/shared/captured-body/capture';
import { warnOfOldCapture } from '../../../../../plugins/shared/captured-body/warn-of-old-capture';

/** The lines that captures of these versions cause. */
function linesOf(plugin: string, versions: readonly (number | undefined)[]): LogLine[] {
  const lines: LogLine[] = [];
  for (const version of versions) warnOfOldCapture(captureFromShared({ version })!, logInto(lines), plugin);
  return lines;
}

const dump = expect.stringContaining('kong-ai-plugins dump --capture') as string;

it('logs nothing for the current version', () => {
  expect(linesOf('current', [CAPTURE_VERSION])).toEqual([]);
});

it('logs one warning per plugin for an older capture, with the command that prints the current one', () => {
  const fields = { plugin: 'older', capture_version: 1, expected_version: CAPTURE_VERSION };
  expect(linesOf('older', [undefined, 1, undefined])).toEqual([{ level: 'warn', message: dump, fields }]);
  expect(linesOf('another', [undefined])).toHaveLength(1);
});

it('logs one warning per plugin for a newer capture', () => {
  const message = expect.stringContaining('newer version') as string;
  const fields = { plugin: 'newer', capture_version: 3, expected_version: CAPTURE_VERSION };
  expect(linesOf('newer', [3, 3])).toEqual([{ level: 'warn', message, fields }]);
});
