import { PacedWindow } from './paced-window';
import { SlidingWindow } from './sliding-window';
import type { Quota, WindowState } from './window';

/** The way in which counters of a quota are kept: paced where it has a burst, else sliding. */
export function windowStateOf({ burst, ...quota }: Quota): WindowState {
  return burst === undefined ? new SlidingWindow(quota) : new PacedWindow({ ...quota, burst });
}
