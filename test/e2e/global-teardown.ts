import { started } from './started';

/** Stops what the global setup started. */
export default async function globalTeardown(): Promise<void> {
  await started.stop?.();
}
