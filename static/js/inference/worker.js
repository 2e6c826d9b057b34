/** What the Web Worker runs; worker-engine.js is its page's side. */

import { Engine } from "./engine.js";
import { answerMessages } from "./worker-protocol.js";

answerMessages(globalThis, (urls, report) => Engine.open(urls, undefined, report));
