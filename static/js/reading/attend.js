/**
 * The worker's side of the messages.
 *
 * {id, open: urls} comes first and is answered {id, backend}; after it
 * {id, glyphs} is answered {id, probabilities}, in the order of asking. What
 * goes wrong is answered {id, error: a sentence}.
 */

/** `scope` is the worker's global; `open(urls)` promises an engine. */
export function attend(scope, open) {
  let engine = Promise.reject(new Error("The engine has not been opened."));
  engine.catch(() => {}); // it is whoever reads too early that is told

  async function answer({ open: urls, glyphs }) {
    if (urls === undefined) return { probabilities: (await engine).read(glyphs) };
    engine = open(urls);
    return { backend: (await engine).backend };
  }

  scope.addEventListener("message", async ({ data: { id, ...question } }) => {
    try {
      scope.postMessage({ id, ...(await answer(question)) });
    } catch (error) {
      scope.postMessage({ id, error: String(error?.message ?? error) });
    }
  });
}
