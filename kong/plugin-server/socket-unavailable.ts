/** The server can't listen on a socket; the message says why and what to do. */
export class SocketUnavailable extends Error {}
