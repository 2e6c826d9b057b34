/** What the Web Worker runs; remote.js is its page's side. */

import { attend } from "./attend.js";
import { Engine } from "./engine.js";

attend(globalThis, (urls) => Engine.open(urls));
