import { send, sendJson } from '../shared/answers';
import { startHttpServer, type ListenOptions, type RunningServer } from '../shared/http-server';
import { routeOf } from '../shared/route';
import { page, pageHeaders } from './page/document';

/** Starts the chat page. It only serves the page: the browser talks to the agent at the gateway, on the same origin. */
export function startChat(listen: ListenOptions = {}): Promise<RunningServer> {
  return startHttpServer(listen, (request, response) => {
    request.resume();
    const route = routeOf(request);
    if (route?.method !== 'GET') sendJson(response, 404, { detail: 'Not Found' });
    else if (route.path === '/') send(response, 200, 'text/html; charset=utf-8', page, pageHeaders);
    else if (route.path === '/health') sendJson(response, 200, { status: 'ok' });
    else sendJson(response, 404, { detail: 'Not Found' });
  });
}
