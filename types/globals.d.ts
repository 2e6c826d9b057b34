// What no module of static/js declares: the global that TensorFlow.js's es2017 builds define.

import type * as core from "@tensorflow/tfjs-core";
import type { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

declare global {
  /** TensorFlow.js as inference/runtime.js loads it; `wasm` is there once that backend's file is. */
  type TensorFlow = typeof core & { wasm: { setWasmPaths: typeof setWasmPaths } };

  var tf: TensorFlow;
}
