import { PacedWindow } from './paced-window';
import { SlidingWindow } from './sliding-window';
import type { Quota, Window } from './window';

/** The algorithm of a quota: paced if it has a burst, else sliding. */
export function createWindow({ burst, ...quota }: Quota): Window {
  return burst === undefined ? new SlidingWindow(quota) : new PacedWindow({ ...quota, burst });
}
