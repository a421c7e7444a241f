/** The version of the suite, as in package.json. */
export const VERSION = '0.1.0';
