/** What the camera's Web Worker runs: a grey frame comes in, a detection goes out. */

import { detect } from "./detection.js";

addEventListener("message", ({ data: grey }) => postMessage(detect(grey)));
