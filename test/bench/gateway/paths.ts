import { join } from 'node:path';

/** The root folder of the repository. */
export const ROOT = join(__dirname, '..', '..', '..');
/** The compiled program of the suite. */
export const PROGRAM = join(ROOT, 'dist', 'plugins', 'main.js');
/** The sources of what the suite is compared with. */
export const YARDSTICKS = join(ROOT, 'test', 'bench', 'yardsticks');
/** Loads a file in TypeScript. */
export const RUN_TYPESCRIPT = join(ROOT, 'test', 'support', 'run-typescript.mjs');
