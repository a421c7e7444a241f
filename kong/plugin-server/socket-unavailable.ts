/** The server cannot listen on its socket; the message says why and what to do. */
export class SocketUnavailable extends Error {}
