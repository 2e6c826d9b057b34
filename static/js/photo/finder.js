/** What the camera's Web Worker runs: a grey frame comes in, a sighting goes out. */

import { sighting } from "./sighting.js";

addEventListener("message", ({ data: grey }) => postMessage(sighting(grey)));
