import type { Log } from '../pdk';

const ignore = (): void => undefined;

/** A log that discards every line. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
