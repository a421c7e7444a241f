import type { Plugin } from '../kong/pdk';

/** The suite at a glance. */
export const plugins: readonly Plugin[] = [];
