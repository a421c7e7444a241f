/** The version of Kong Gateway that the stand-in emulates. Everything else derives it from here. */
export const KONG_VERSION = '3.9.3';

/** Kong's name in the headers `Via` and `Server`. */
export const SERVER = `kong/${KONG_VERSION}`;
