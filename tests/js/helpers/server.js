/** A real HTTP server for one test, and what it was asked. */

import { createServer } from "node:http";

/**
 * `answer(request)` returns {status, body, headers, delay ms, isForeign}; a body that is no
 * string goes out as JSON. It is the site that answers, or, foreign, something in its place. The
 * server ends with the test `t`.
 */
export async function serve(t, answer) {
  const requests = [];
  const server = createServer(async (message, response) => {
    const request = {
      method: message.method,
      path: message.url,
      headers: message.headers,
      body: await content(message),
    };
    requests.push(request);
    const answered = answer(request, requests.length);
    const { status = 200, body = "", headers = {}, delay = 0, isForeign = false } = answered;
    // A test that gave up waiting must not be kept alive by the answer it did not want.
    await new Promise((done) => setTimeout(done, delay).unref());
    const type = typeof body === "string" ? "text/html" : "application/json";
    const own = isForeign ? {} : { "X-Digit-Reader": "1" };
    response.writeHead(status, { "Content-Type": type, ...own, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const root = `http://127.0.0.1:${server.address().port}/`;
  const parts = ["predict", "pictures", "drawings", "model", "hand"];
  const urls = Object.fromEntries(parts.map((part) => [part, `${root}${part}/`]));
  return { urls, requests };
}

async function content(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isForm = message.headers["content-type"]?.startsWith("multipart/form-data");
  return text === "" ? null : isForm ? text : JSON.parse(text);
}

/** Waits until `check()` is true; the test's own time limit ends it otherwise. */
export async function until(check) {
  while (!check()) await new Promise((done) => setTimeout(done, 2));
}
