import type { Log } from '../../../kong/pdk';
import { combinePins, type Pins } from './pins';
import { PinsFile } from './pins-file';

/** The config fields about pins. */
export interface PinsConfig {
  readonly tools: { readonly pins: Readonly<Record<string, string>>; readonly pins_file?: string };
}

/** The pins of a configuration, which change with its lock file. */
export interface CurrentPins {
  /** True if there is a lock file. */
  readonly isLocked: boolean;
  /** Also looks at the file from time to time. */
  readonly get: () => Pins;
  /** Resolves once the file is not being read. */
  readonly settled: () => Promise<void>;
}

/** @throws Error that names the field, if the lock file cannot be used */
export function createPins({ tools }: PinsConfig, log: Log, now: () => number): CurrentPins {
  if (tools.pins_file === undefined) {
    const pins = combinePins(tools.pins, undefined);
    return { isLocked: false, get: () => pins, settled: () => Promise.resolve() };
  }
  const file = new PinsFile(tools.pins_file, log, now, (services) => {
    pins = combinePins(tools.pins, services);
  });
  let pins = combinePins(tools.pins, file.current);
  return {
    isLocked: true,
    get: () => {
      file.refresh();
      return pins;
    },
    settled: () => file.settled(),
  };
}
