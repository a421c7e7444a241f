// Script of k6: calls a tool, and fails if more than one call in a hundred does, or if the slowest twentieth takes 500 ms.
/* global open, __ENV -- k6 defines them. */
import http from 'k6/http';
import { check } from 'k6';

const body = open('./tool-call.json');
const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
if (__ENV.API_KEY) headers.apikey = __ENV.API_KEY;

export const options = {
  thresholds: { checks: ['rate>0.99'], http_req_duration: ['p(95)<500'] },
};

export default function () {
  const response = http.post(__ENV.URL, body, { headers });
  check(response, {
    'status is 200': ({ status }) => status === 200,
    'the tool answered': ({ body: text }) => text.includes('"result"') && !text.includes('"isError":true'),
  });
}
