import { CAPTURE_VERSION, captureFromShared } from '../../../../../plugins/shared/captured-body/capture';

it.each([
  ['a capture with a version', { version: CAPTURE_VERSION }, CAPTURE_VERSION],
  ['a capture without a version', {}, 1],
  ['a capture with a version that is not a number', { version: 'two' }, 1],
  ['a newer capture', { version: 7 }, 7],
])('reads the version of %s', (_, value, version) => {
  expect(captureFromShared(value)!.version).toBe(version);
});

it('is undefined if the Lua functions did not run', () => {
  expect(captureFromShared(undefined)).toBeUndefined();
});
